import type { SecondTexts } from './link-page-texts.ts'

/** For who has a second factor: asked for in the page, once the first was shown. */
export const secondFactor = ({ title, text, code, rule, button, passkey }: SecondTexts): string => `
    <div id="second" hidden>
      <h1 tabindex="-1">${title}</h1>
      <p>${text}</p>
      <form id="second-form">
        <div id="by-code">
          <label for="code">${code}</label>
          <input id="code" autocomplete="one-time-code" autocapitalize="off" spellcheck="false" maxlength="64" required aria-describedby="code-rule">
          <small id="code-rule">${rule}</small>
          <button id="second-send">${button}</button>
        </div>
        <button id="passkey" type="button" class="other" hidden>${passkey}</button>
        <div id="second-fault" role="alert"></div>
      </form>
    </div>`

/** What is shown when all is done. */
export const donePart = (title: string, text: string): string => `
    <div id="done" hidden>
      <h1 tabindex="-1">${title}</h1>
      <p>${text} <b id="who"></b></p>
    </div>`
