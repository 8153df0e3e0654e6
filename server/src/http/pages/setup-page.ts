import { pageStyle } from './page-style.ts'
import { page } from './page.ts'

// The token is in the fragment, which browsers send to nobody; it is taken out of the address so that no history keeps it.
const script = `
  const at = (id) => document.getElementById(id)
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname)
  const fault = (text) => { at('fault').textContent = text }
  if (!token) fault('Open the link exactly as Plinth printed it when it started.')
  at('form').addEventListener('submit', async (event) => {
    event.preventDefault()
    fault('')
    at('send').disabled = true
    try {
      const answer = await fetch('/api/auth/setup', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ token: token ?? '', email: at('email').value.trim(), password: at('password').value }),
      })
      const body = await answer.json()
      if (!answer.ok) throw new Error(body.errors?.[0]?.path === '/email' ? 'This is not a valid e-mail address.' : (body.errors?.[0]?.message ?? body.title))
      at('who').textContent = body.user.email
      at('token').value = body.accessToken
      at('start').hidden = true
      at('done').hidden = false
      at('title').focus()
    } catch (error) {
      fault(error.message)
    }
    at('send').disabled = false
  })`

const body = `
  <main>
    <div id="start">
      <h1>Welcome to Plinth</h1>
      <p>Make the first admin. Admins may do everything, so choose a good password.</p>
      <form id="form">
        <label for="email">E-mail address</label>
        <input id="email" type="email" autocomplete="username" maxlength="254" required autofocus>
        <label for="password">Password</label>
        <input id="password" type="password" autocomplete="new-password" minlength="10" required aria-describedby="rule">
        <small id="rule">At least 10 characters.</small>
        <button id="send">Create the admin</button>
        <div id="fault" role="alert"></div>
      </form>
    </div>
    <div id="done" hidden>
      <h1 id="title" tabindex="-1">You are set up</h1>
      <p>You can sign in as <b id="who"></b> at <code>POST /api/auth/sign-in</code>.</p>
      <label for="token">Your first access token</label>
      <textarea id="token" readonly></textarea>
      <small>Valid for 15 minutes: send it as <code>Authorization: Bearer …</code>. What there is to call: <a href="/docs">the API reference</a>.</small>
    </div>
  </main>`

/** Where the first admin is made, by whoever has the one-time link. */
export const setupPage = page({ title: 'Set up Plinth', style: pageStyle, script, body })
