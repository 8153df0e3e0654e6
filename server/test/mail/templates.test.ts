import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { builtInLanguages, builtInTemplate } from '../../src/auth/mail/templates/built-in-template.ts'
import { mailTemplateNames, variablesOf } from '../../src/auth/mail/templates/mail-content.ts'
import { namesIn, renderMail } from '../../src/auth/mail/templates/render-mail.ts'
import { from, type MailFixture, startMailFixture } from './mail-fixture.ts'

let world: MailFixture
beforeAll(async () => {
  world = await startMailFixture()
})
afterAll(() => world.stop())

const as = (method: string, path: string, body?: unknown) =>
  world.server.call(method, `/api/admin/mail-templates${path}`, { token: world.adminToken, body })
const good = { subject: 'Hi {{email}}', text: 'Open {{link}}', html: '<p>Open <a href="{{link}}">it</a></p>' }

describe('the templates that Plinth brings', () => {
  test.each(mailTemplateNames.flatMap((name) => builtInLanguages.map((language) => [name, language] as const)))(
    '%s (%s) names only what it is given, and holds what it is for',
    (name, language) => {
      const { subject, text, html } = builtInTemplate(name, language)
      const known = variablesOf(name)
      expect([subject, text, html].flatMap(namesIn).filter((each) => !known.includes(each))).toEqual([])
      for (const needed of ['link', 'code'].filter((each) => known.includes(each))) {
        expect([namesIn(text), namesIn(html)].every((names) => names.includes(needed))).toBe(true)
      }
      expect(html).not.toMatch(/<script|src=|http:/)
    },
  )

  test('are in both languages', () => {
    for (const name of mailTemplateNames) {
      expect(builtInTemplate(name, 'de').subject).not.toBe(builtInTemplate(name, 'en').subject)
    }
  })
})

test('a value is never markup, nor a line of its own, nor a variable', () => {
  const template = { subject: '{{a}}', text: '{{a}}', html: '<a title="{{a}}">{{ a }}</a>' }
  expect(renderMail(template, { a: `"><b onclick='x'>&\r\n\u2028Bcc: {{a}} {{b}}`, b: 'no' })).toEqual({
    subject: `"><b onclick='x'>& Bcc: {{a}} {{b}}`,
    text: `"><b onclick='x'>& Bcc: {{a}} {{b}}`,
    html: `<a title="${'&quot;&gt;&lt;b onclick=&#39;x&#39;&gt;&amp; Bcc: {{a}} {{b}}'}">${'&quot;&gt;&lt;b onclick=&#39;x&#39;&gt;&amp; Bcc: {{a}} {{b}}'}</a>`,
  })
})

describe('an admin', () => {
  test('writes a template, which mails then use, and goes back to the old one', async () => {
    const { email } = await world.user('reader')
    const before = (await as('GET', '/magicLink/en')).body
    expect(before).toMatchObject({ name: 'magicLink', language: 'en', custom: false })
    expect(before.variables).toContain('link')
    const saved = await as('PUT', '/magicLink/en', good)
    expect(saved.body).toMatchObject({ ...good, custom: true })
    await world.post('/api/auth/magic-link', { email }, from('203.0.113.1'))
    expect((await world.inbox.next(email)).parsed.subject).toBe(`Hi ${email}`)
    expect((await as('DELETE', '/magicLink/en')).status).toBe(204)
    expect((await as('GET', '/magicLink/en')).body).toEqual(before)
  })

  test('writes one in a language that Plinth does not speak', async () => {
    const { email } = await world.user('lecteur')
    await as('PUT', '/magicLink/fr', { ...good, subject: 'Bonjour' })
    await as('PUT', '/magicLink/fr-ca', { ...good, subject: 'Allo' })
    const subjectIn = async (language: string) => {
      const options = { headers: { 'X-Forwarded-For': '203.0.113.2', 'Accept-Language': language } }
      await world.post('/api/auth/magic-link', { email }, options)
      return (await world.inbox.next(email)).parsed.subject
    }
    expect(await subjectIn('fr-CA, en')).toBe('Allo')
    expect(await subjectIn('fr-BE')).toBe('Bonjour')
    expect(await subjectIn("de'; drop table x")).toContain('sign in')
    const { items } = (await as('GET', '')).body
    expect(items.length).toBe(mailTemplateNames.length * 2 + 2)
  })

  test('sees a preview, of what is saved or of what is being written', async () => {
    const html = '<p>{{email}} {{link}}</p>'
    const { status, body } = await as('POST', '/magicLink/de/preview', { html })
    expect(status).toBe(200)
    expect(body.subject).toContain('Anmeldung')
    expect(body.html).toContain('ada@example.com https://api.example.com/plinth/auth/')
    expect(world.inbox.mails.filter((each) => each.to.includes('ada@example.com'))).toEqual([])
  })

  test.each([
    ['another line in the subject', { ...good, subject: 'Hi\r\nBcc: eve@example.com' }, '/subject'],
    ['a variable that there is not', { ...good, text: '{{link}} {{lnik}}' }, '/text'],
    ['a mail without its link', { ...good, html: '<p>Hello</p>' }, '/html'],
    ['an empty text', { ...good, text: '' }, '/text'],
    ['a field that there is not', { ...good, from: 'eve@example.com' }, '/from'],
  ])('cannot save %s', async (_name, body, path) => {
    const answer = await as('PUT', '/magicLink/en', body)
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, path])
  })

  test.each(['/magiclink/en', '/magicLink/EN', '/magicLink/e', '/constructor/en', '/magicLink/en%27'])(
    'finds nothing at %s',
    async (path) => {
      const answer = await as('GET', path)
      expect([answer.status, answer.body.code]).toEqual([404, 'mailTemplateNotFound'])
    },
  )

  test('is who may do this', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { body } = await world.server.call(method, '/api/admin/mail-templates/magicLink/en')
      expect(body.code).toBe('notSignedIn')
    }
    expect((await world.server.call('POST', '/api/admin/mail-templates/magicLink/en/preview')).status).toBe(401)
  })
})
