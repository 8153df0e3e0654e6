import { page } from './page.ts'

const style = `
  :root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --line: #d5dae1; --back: #f4f6f8; --card: #fff; --accent: #2f5bd3; --fault: #b3261e }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e7ebf0; --dim: #9aa5b4; --line: #39424f; --back: #14181e; --card: #1d232b; --accent: #7d9cf5; --fault: #ff8a80 }
  }
  * { box-sizing: border-box }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--back); color: var(--ink);
    font: 16px/1.5 system-ui, sans-serif }
  main { width: 100%; max-width: 420px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 14px }
  h1 { margin: 0 0 4px; font-size: 22px; letter-spacing: -0.01em }
  p { margin: 0 0 20px; color: var(--dim) }
  label { display: block; margin: 16px 0 6px; font-weight: 600; font-size: 14px }
  input, textarea { width: 100%; padding: 10px 12px; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px }
  input:focus-visible, textarea:focus-visible, button:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px }
  textarea { height: 120px; font: 12px/1.5 ui-monospace, monospace; resize: vertical; word-break: break-all }
  small { color: var(--dim) }
  button { width: 100%; margin-top: 24px; padding: 11px; font: inherit; font-weight: 600; color: var(--card); background: var(--accent); border: 0; border-radius: 8px; cursor: pointer }
  button:disabled { opacity: .6; cursor: default }
  a { color: var(--accent) }
  [role=alert] { min-height: 1.5em; margin: 14px 0 0; color: var(--fault); font-size: 14px }
  [hidden] { display: none }`

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
export const setupPage = page({ title: 'Set up Plinth', style, script, body })
