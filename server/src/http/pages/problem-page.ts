import type { Problem } from '@plinth/schema'
import { escapeHtml } from '../../auth/mail/templates/escape-html.ts'
import { languageOf } from '../language-of.ts'
import type { HttpRequest, HttpResponse } from '../http-request.ts'
import { linkTexts } from './link-page-texts.ts'
import { page } from './page.ts'
import { pageStyle } from './page-style.ts'

/** Tells a person, and not a program, what went wrong. */
export function problemPage(req: HttpRequest, res: HttpResponse, { status, code, message }: Problem): void {
  const { language, texts } = linkTexts(languageOf(req))
  const show = page({
    language,
    title: texts.problemTitle,
    style: pageStyle,
    script: '',
    status,
    body: `
  <main>
    <h1>${texts.problemTitle}</h1>
    <p role="alert">${escapeHtml(texts.problems[code] ?? message)}</p>
    <p><small>${escapeHtml(code)} · ${escapeHtml(req.requestId)}</small></p>
  </main>`,
  })
  void show(req, res)
}
