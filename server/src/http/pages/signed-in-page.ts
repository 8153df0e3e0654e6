import { languageOf } from '../language-of.ts'
import type { Handler } from '../http-request.ts'
import { type LinkTexts, linkTexts } from './link-page-texts.ts'
import { donePart, secondFactor } from './page-parts.ts'
import { literal, pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { page } from './page.ts'
import { providerProblems } from './provider-problems.ts'
import { secondFactorScript } from './second-factor-script.ts'

/** Where people who signed in with a provider come back to, where there is no page of the app's own. */
export const signedInPage: Handler = (req, res) => {
  const { language, texts } = linkTexts(languageOf(req))
  const { title, failedTitle, doneTitle } = texts.signedIn
  return page({
    language,
    title,
    style: pageStyle,
    script: script(texts),
    body: `
  <main>
    <div id="start">
      <h1 tabindex="-1">${title}</h1>
    </div>
    <div id="failed" hidden>
      <h1 tabindex="-1">${failedTitle}</h1>
      <p id="fault" role="alert"></p>
    </div>${secondFactor(texts.second)}${donePart(doneTitle, texts.signedInAs)}
  </main>`,
  })(req, res)
}

// What stands in the address is only ever looked up: the sentences are ours. Who has a second factor comes with a code, which
// only the browser that began can exchange.
const script = (texts: LinkTexts): string => `${pageScript(texts)}
  const sentences = ${literal(providerProblems(texts))}
  const given = new URLSearchParams(location.search)
  history.replaceState(null, '', location.pathname)
  const fail = (text) => {
    at('fault').textContent = text
    show('failed')
  }
  const welcome = ({ email, anonymous }) => {
    finish({ user: { email } })
    if (anonymous) document.querySelector('#done p').textContent = ${literal(texts.signedIn.closable)}
  }
  const begin = async () => {
    const [code, error] = [given.get('code'), given.get('error')]
    if (error !== null) return fail(Object.hasOwn(sentences, error) ? sentences[error] : ${literal(texts.signedIn.again)})
    const signedIn = code === null ? {} : await post('providers/exchange', { code })
    if (signedIn.mfaRequired) askForSecond(signedIn)
    else await ask('me').then(welcome, () => fail(${literal(texts.signedIn.again)}))
  }
  begin().catch((error) => fail(error.message))${secondFactorScript(texts.second)}`
