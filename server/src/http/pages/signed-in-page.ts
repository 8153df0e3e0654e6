import { errorCatalogue } from '@plinth/schema'
import { page } from './page.ts'
import { pageStyle } from './page-style.ts'

// What a callback may send here. The sentences are ours: what stands in the address is only ever looked up.
const codes = [
  'providerDenied',
  'providerFailed',
  'providerNotFound',
  'registrationClosed',
  'addressUnproven',
  'addressTaken',
  'identityTaken',
  'userBlocked',
  'notSignedIn',
] as const

const general = 'Try again, or sign in in another way.'
const sentences = Object.fromEntries(
  codes.map((code) => {
    const sentence: string = errorCatalogue[code][1]
    return [code, sentence.includes('{') ? general : sentence]
  }),
)

const script = `
  const at = (id) => document.getElementById(id)
  const sentences = ${JSON.stringify(sentences)}
  const show = (title, text) => {
    at('title').textContent = title
    at('text').textContent = text
    at('title').focus()
  }
  const given = new URLSearchParams(location.search)
  const error = given.get('error')
  history.replaceState(null, '', location.pathname)
  if (error !== null) show('You are not signed in', Object.hasOwn(sentences, error) ? sentences[error] : '${general}')
  else if (given.has('code')) show('One step is missing', 'Your account has a second factor, which this page cannot ask for. Sign in from your app.')
  else fetch('../api/auth/me').then(async (answer) => {
    const { email, anonymous } = await answer.json()
    if (!answer.ok) show('You are not signed in', '${general}')
    else show('You are signed in', anonymous ? 'You can close this page.' : 'As ' + email + '. You can close this page.')
  })`

/** Where people who signed in with a provider come back to, where there is no page of the app's own. */
export const signedInPage = page({
  title: 'Sign in',
  style: pageStyle,
  script,
  body: `
  <main>
    <h1 id="title" tabindex="-1">One moment</h1>
    <p id="text" role="status"></p>
  </main>`,
})
