import { secondFactorScript } from './second-factor-script.ts'

export type LinkAction =
  | 'sign-up/confirm'
  | 'verify-email'
  | 'magic-link/sign-in'
  | 'reset/confirm'
  | 'email/confirm'
  | 'invite/accept'

/** Those after which one is signed in. The browser then keeps the session, in cookies that no script reads. */
export const signsIn: ReadonlySet<LinkAction> = new Set(['sign-up/confirm', 'magic-link/sign-in', 'invite/accept'])

/**
 * The token is in the fragment, which browsers send to nobody; it is taken out of the address so that no history keeps it.
 * The address of the API is relative, since a proxy may have put all of this below a path.
 */
export const linkPageScript = (action: LinkAction): string => `
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
    })
    const given = answer.status === 204 ? {} : await answer.json()
    if (!answer.ok) throw Object.assign(new Error(given.errors?.[0]?.message ?? given.title), { code: given.code })
    return given
  }
  const finish = (body) => {
    at('who').textContent = body.user?.email ?? ''
    for (const each of document.querySelectorAll('main > div')) each.hidden = each.id !== 'done'
    at('title').focus()
  }
  if (!token) {
    fault('Open the link exactly as it is in the mail.')
    at('send').disabled = true
  }
  at('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    fault('')
    at('send').disabled = true
    try {
      const body = await post('${action}', { token, ...(at('password') && { password: at('password').value })${signsIn.has(action) ? ", session: 'cookie'" : ''} })
      ${signsIn.has(action) ? 'if (body.mfaRequired) askForSecond(body)\n      else finish(body)' : 'finish(body)'}
    } catch (error) {
      fault(error.message)
      at('send').disabled = false
    }
  })${signsIn.has(action) ? secondFactorScript : ''}`
