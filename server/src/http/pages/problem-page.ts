import type { Problem } from '@plinth/schema'
import type { HttpRequest, HttpResponse } from '../http-request.ts'
import { page } from './page.ts'
import { pageStyle } from './page-style.ts'

/** Tells a person, and not a program, what went wrong. */
export function problemPage(req: HttpRequest, res: HttpResponse, { status, code, message }: Problem): void {
  const show = page({
    title: 'This did not work',
    style: pageStyle,
    script: '',
    status,
    body: `
  <main>
    <h1>This did not work</h1>
    <p role="alert">${escapeHtml(message)}</p>
    <p><small>${escapeHtml(code)} · ${escapeHtml(req.requestId)}</small></p>
  </main>`,
  })
  void show(req, res)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (each) => entities[each] ?? '')
