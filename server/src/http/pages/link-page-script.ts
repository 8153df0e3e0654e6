export type LinkAction =
  | 'sign-up/confirm'
  | 'verify-email'
  | 'magic-link/sign-in'
  | 'reset/confirm'
  | 'email/confirm'
  | 'invite/accept'

/** Those after which one is signed in. The browser then keeps the session, in cookies that no script reads. */
const signsIn: ReadonlySet<LinkAction> = new Set(['sign-up/confirm', 'magic-link/sign-in', 'invite/accept'])

/**
 * The token is in the fragment, which browsers send to nobody; it is taken out of the address so that no history keeps it.
 * The address of the API is relative, since a proxy may have put all of this below a path.
 */
export const linkPageScript = (action: LinkAction): string => `
  const at = (id) => document.getElementById(id)
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname)
  const fault = (text) => { at('fault').textContent = text }
  if (!token) {
    fault('Open the link exactly as it is in the mail.')
    at('send').disabled = true
  }
  at('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    fault('')
    at('send').disabled = true
    try {
      const answer = await fetch('../api/auth/${action}', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ token, ...(at('password') && { password: at('password').value })${signsIn.has(action) ? ", session: 'cookie'" : ''} }),
      })
      const body = answer.status === 204 ? {} : await answer.json()
      if (!answer.ok) throw new Error(body.errors?.[0]?.message ?? body.title)
      at('who').textContent = body.user?.email ?? ''
      at('start').hidden = true
      at('done').hidden = false
      at('title').focus()
    } catch (error) {
      fault(error.message)
      at('send').disabled = false
    }
  })`
