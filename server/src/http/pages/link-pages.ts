import type { Model } from '@plinth/schema'
import { languageOf } from '../language-of.ts'
import type { Handler } from '../http-request.ts'
import { type Router, routes } from '../router.ts'
import { type LinkPageAction, type LinkPagePath, linkPageActions, linkPagePaths } from './link-page-actions.ts'
import { linkPageScript } from './link-page-script.ts'
import { type LinkTexts, linkTexts } from './link-page-texts.ts'
import { donePart, secondFactor } from './page-parts.ts'
import { page } from './page.ts'
import { pageStyle } from './page-style.ts'
import { userFieldInputs } from './user-field-inputs.ts'
import { signedInPage } from './signed-in-page.ts'

export interface LinkRoutesDeps {
  readonly catalog: { readonly model: Model }
}

/** `/auth`: where links in mails lead. Opening one does nothing yet: programs that check mail for dangers open them too. */
export const linkRoutes = (deps: LinkRoutesDeps): Router =>
  routes({
    ...Object.fromEntries(linkPagePaths.map((path) => [path, { get: linkPage(deps, path) }])),
    '/signed-in': { get: signedInPage },
  })

/** In the language that the browser asks for, as mails are. */
const linkPage =
  ({ catalog }: LinkRoutesDeps, path: LinkPagePath): Handler =>
  (req, res) => {
    const { language, texts } = linkTexts(languageOf(req))
    // After the password: a text in front of it is what browsers would keep as the name of the account.
    const fields = path === '/invite' ? userFieldInputs(catalog.model, texts.choose) : ''
    return page({
      language,
      title: texts.pages[path].title,
      style: pageStyle,
      script: linkPageScript(linkPageActions[path], texts),
      body: bodyOf(path, texts, fields),
    })(req, res)
  }

function bodyOf(path: LinkPagePath, texts: LinkTexts, fields: string): string {
  const { title, text, button, doneTitle, done } = texts.pages[path]
  return `
  <main>
    <div id="start">
      <h1>${title}</h1>
      <p>${text}</p>
      <form id="form">${passwordField(linkPageActions[path].password, texts)}${fields}
        <button id="send">${button}</button>
        <div id="fault" role="alert"></div>
      </form>
    </div>
${linkPageActions[path].signsIn ? secondFactor(texts.second) : ''}${donePart(doneTitle, done)}
  </main>`
}

function passwordField(kind: LinkPageAction['password'], texts: LinkTexts): string {
  if (kind === null) return ''
  if (kind === 'current')
    return `
        <label for="password">${texts.currentPassword}</label>
        <input id="password" type="password" autocomplete="current-password" required>`
  return `
        <label for="password">${texts.newPassword}</label>
        <input id="password" type="password" autocomplete="new-password" minlength="10" required aria-describedby="rule">
        <small id="rule">${texts.rule}</small>`
}
