import type { LinkTexts } from './link-page-texts.ts'

/**
 * What the scripts of pages that sign in share. The address of the API is relative, since a proxy may have put all of this
 * below a path.
 */
export const pageScript = ({ unreachable, problems }: LinkTexts): string => `
  const words = ${literal({ unreachable, problems })}
  const at = (id) => document.getElementById(id)
  const ask = async (path, init) => {
    const answer = await fetch('../api/auth/' + path, init).catch(() => { throw new Error(words.unreachable) })
    const given = answer.status === 204 ? {} : await answer.json()
    if (!answer.ok) throw Object.assign(new Error(explain(given)), { code: given.code })
    return given
  }
  const post = (path, body) => ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const explain = (problem) => {
    const [first] = problem.errors ?? []
    const label = first && document.querySelector('[data-kind][name="' + CSS.escape(first.path.slice(1)) + '"]')?.labels[0]?.textContent
    const said = (first && words.problems[first.code]) ?? words.problems[problem.code] ?? first?.message ?? problem.title
    return label ? label + ': ' + said : said
  }
  // Shows one part of the page, and tells it to who cannot see it.
  const show = (part) => {
    for (const each of document.querySelectorAll('main > div')) each.hidden = each.id !== part
    document.querySelector('#' + part + ' h1').focus()
  }
  const finish = (body) => {
    at('who').textContent = body.user?.email ?? ''
    show('done')
  }`

/** JSON as it may stand in a script of a page. */
export const literal = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c')
