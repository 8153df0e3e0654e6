import { type Router, routes } from '../router.ts'
import { page } from './page.ts'
import { linkPageScript, type LinkAction, signsIn } from './link-page-script.ts'
import { pageStyle } from './page-style.ts'

interface LinkPage {
  readonly title: string
  readonly text: string
  readonly button: string
  readonly done: string
  /** Which password is asked for. */
  readonly password: 'current' | 'new' | null
  /** Below `/api/auth/`. */
  readonly action: LinkAction
}

const pages = {
  '/sign-up': {
    title: 'Finish your registration',
    text: 'Type the password that you have chosen once more.',
    button: 'Finish the registration',
    done: 'You are signed in as',
    password: 'current',
    action: 'sign-up/confirm',
  },
  '/verify-email': {
    title: 'Confirm your e-mail address',
    text: 'If you registered here yourself, confirm that this address is yours.',
    button: 'Confirm the address',
    done: 'Your address is confirmed. You can close this page.',
    password: null,
    action: 'verify-email',
  },
  '/magic-link': {
    title: 'Sign in',
    text: 'You are one step away.',
    button: 'Sign in',
    done: 'You are signed in as',
    password: null,
    action: 'magic-link/sign-in',
  },
  '/reset': {
    title: 'Choose a new password',
    text: 'It ends all sessions, on every device.',
    button: 'Save the password',
    done: 'Your password is changed. You can sign in with it now.',
    password: 'new',
    action: 'reset/confirm',
  },
  '/change-email': {
    title: 'Use this address',
    text: 'Confirm that this is to be the e-mail address of your account.',
    button: 'Use this address',
    done: 'Your address is changed. You can close this page.',
    password: null,
    action: 'email/confirm',
  },
  '/invite': {
    title: 'Accept the invitation',
    text: 'Choose a password, and your account is ready.',
    button: 'Create my account',
    done: 'You are signed in as',
    password: 'new',
    action: 'invite/accept',
  },
} as const satisfies Readonly<Record<string, LinkPage>>

const passwordFields = {
  current: `
        <label for="password">Password</label>
        <input id="password" type="password" autocomplete="current-password" required>`,
  new: `
        <label for="password">New password</label>
        <input id="password" type="password" autocomplete="new-password" minlength="10" required aria-describedby="rule">
        <small id="rule">At least 10 characters.</small>`,
}

/** For who has a second factor: asked for here, once the link has shown the first. */
const secondFactor = `
    <div id="second" hidden>
      <h1 id="second-title" tabindex="-1">One more step</h1>
      <p>Your account has a second factor.</p>
      <form id="second-form">
        <div id="by-code">
          <label for="code">Code</label>
          <input id="code" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="64" required aria-describedby="code-rule">
          <small id="code-rule">Six digits of your app, or one of your recovery codes.</small>
          <button id="second-send">Sign in</button>
        </div>
        <button id="passkey" type="button" class="other" hidden>Use a passkey</button>
        <div id="second-fault" role="alert"></div>
      </form>
    </div>`

const linkPage = ({ title, text, button, done, password, action }: LinkPage) =>
  page({
    title,
    style: pageStyle,
    script: linkPageScript(action),
    body: `
  <main>
    <div id="start">
      <h1>${title}</h1>
      <p>${text}</p>
      <form id="form">${password === null ? '' : passwordFields[password]}
        <button id="send">${button}</button>
        <div id="fault" role="alert"></div>
      </form>
    </div>
${signsIn.has(action) ? secondFactor : ''}
    <div id="done" hidden>
      <h1 id="title" tabindex="-1">Done</h1>
      <p>${done} <b id="who"></b></p>
    </div>
  </main>`,
  })

/** `/auth`: where links in mails lead. Opening one does nothing yet: programs that check mail for dangers open them too. */
export const linkRoutes = (): Router =>
  routes(Object.fromEntries(Object.entries(pages).map(([path, each]) => [path, { get: linkPage(each) }])))
