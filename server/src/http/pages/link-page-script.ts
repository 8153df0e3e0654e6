import type { LinkPageAction } from './link-page-actions.ts'
import type { LinkTexts } from './link-page-texts.ts'
import { secondFactorScript } from './second-factor-script.ts'

/**
 * The token is in the fragment, which browsers send to nobody; it is taken out of the address so that no history keeps it.
 * The address of the API is relative, since a proxy may have put all of this below a path.
 */
export const linkPageScript = ({ action, signsIn }: LinkPageAction, texts: LinkTexts): string => `
  const words = ${literal({ brokenLink: texts.brokenLink, unreachable: texts.unreachable, problems: texts.problems })}
  const at = (id) => document.getElementById(id)
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname)
  // A link that is opened where another one was: the page begins anew.
  addEventListener('hashchange', () => location.reload())
  const fault = (text) => { at('fault').textContent = text }
  const post = async (path, body) => {
    const answer = await fetch('../api/auth/' + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => { throw new Error(words.unreachable) })
    const given = answer.status === 204 ? {} : await answer.json()
    if (!answer.ok) throw Object.assign(new Error(explain(given)), { code: given.code })
    return given
  }
  const finish = (body) => {
    at('who').textContent = body.user?.email ?? ''
    for (const each of document.querySelectorAll('main > div')) each.hidden = each.id !== 'done'
    at('title').focus()
  }
  if (!token) {
    fault(words.brokenLink)
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
  const explain = (problem) => {
    const [first] = problem.errors ?? []
    const label = first && document.querySelector('[data-kind][name="' + CSS.escape(first.path.slice(1)) + '"]')?.labels[0]?.textContent
    const said = (first && words.problems[first.code]) ?? words.problems[problem.code] ?? first?.message ?? problem.title
    return label ? label + ': ' + said : said
  }
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

/** JSON as it may stand in a script of a page. */
const literal = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
