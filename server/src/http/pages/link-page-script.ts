import type { LinkPageAction } from './link-page-actions.ts'
import type { LinkTexts } from './link-page-texts.ts'
import { literal, pageScript } from './page-script.ts'
import { secondFactorScript } from './second-factor-script.ts'

/** The token is in the fragment, which browsers send to nobody; it is taken out of the address so that no history keeps it. */
export const linkPageScript = ({ action, signsIn }: LinkPageAction, texts: LinkTexts): string => `${pageScript(texts)}
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname)
  // A link that is opened where another one was: the page begins anew.
  addEventListener('hashchange', () => location.reload())
  const fault = (text) => { at('fault').textContent = text }
  if (!token) {
    fault(${literal(texts.brokenLink)})
    at('send').disabled = true
  }
  const values = {
    boolean: (input) => input.checked,
    integer: (input) => (input.value === '' ? undefined : Number(input.value)),
    float: (input) => (input.value === '' ? undefined : Number(input.value)),
    datetime: (input) => (input.value === '' ? undefined : new Date(input.value).toISOString()),
  }
  const plain = (input) => (input.value === '' ? undefined : input.value)
  const fields = () => Object.fromEntries(
    [...document.querySelectorAll('[data-kind]')].map((input) => [input.name, (values[input.dataset.kind] ?? plain)(input)]),
  )
  at('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    fault('')
    at('send').disabled = true
    try {
      const body = await post('${action}', { ...fields(), token, ...(at('password') && { password: at('password').value })${signsIn ? ", session: 'cookie'" : ''} })
      ${signsIn ? 'if (body.mfaRequired) askForSecond(body)\n      else finish(body)' : 'finish(body)'}
    } catch (error) {
      fault(error.message)
      at('send').disabled = false
    }
  })${signsIn ? secondFactorScript(texts.second) : ''}`
