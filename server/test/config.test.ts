import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeConfig, readConfig } from '../src/config.ts'

const fileWith = async (text: string) => {
  const path = join(await mkdtemp(join(tmpdir(), 'plinth-config-')), 'secret')
  await writeFile(path, text)
  return path
}

describe('the configuration', () => {
  test('has a value for everything when nothing is set', () => {
    expect(readConfig({ PATH: '/bin', PLINTH_DATA_DIR: '' })).toMatchObject({
      port: 8090,
      host: '0.0.0.0',
      dataDir: './plinth_data',
      databaseUrl: null,
      logLevel: 'info',
      corsOrigins: [],
    })
  })

  test('is read from the environment', () => {
    const environment = {
      PORT: '0',
      PLINTH_CORS_ORIGINS: 'https://a.example, http://b.example:8080',
      PLINTH_PUBLIC_URL: 'https://api.example.com/',
    }
    expect(readConfig(environment)).toMatchObject({
      port: 0,
      corsOrigins: ['https://a.example', 'http://b.example:8080'],
      publicUrl: 'https://api.example.com',
    })
  })

  test.each(['PLINTH_URL', 'PLINTH_TOKEN', 'PLINTH_TOKEN_FILE', 'PLINTH_API_KEY', 'PLINTH_SETUP_LINK'])(
    'leaves %s to the programs that it is for',
    (name) => {
      expect(() => readConfig({ [name]: 'x' })).not.toThrow()
      expect(() => readConfig({ [`${name}S`]: 'x' })).toThrow('is not a setting')
    },
  )

  test.each([
    'plinth@example.com',
    'Plinth <plinth@example.com>',
    '<plinth@example.com>',
    'Plinth & Co <a@mail.local>',
  ])('takes %s as who mail is from', (PLINTH_MAIL_FROM) => {
    const environment = { PLINTH_MAIL_FROM, PLINTH_SMTP_URL: 'smtps://user:p%40ss@mail.example.com:465' }
    expect(readConfig(environment)).toMatchObject({ mailFrom: PLINTH_MAIL_FROM, smtpUrl: environment.PLINTH_SMTP_URL })
  })

  test('takes secrets from files', async () => {
    const DATABASE_URL_FILE = await fileWith('postgres://a:b@c/d\n')
    expect(readConfig({ DATABASE_URL_FILE }).databaseUrl).toBe('postgres://a:b@c/d')
    expect(() => readConfig({ DATABASE_URL_FILE, DATABASE_URL: 'postgres://x/y' })).toThrow(
      'DATABASE_URL and DATABASE_URL_FILE are both set',
    )
    expect(() => readConfig({ DATABASE_URL_FILE: '/nowhere' })).toThrow(
      'DATABASE_URL cannot be read from DATABASE_URL_FILE: ENOENT',
    )
    expect(() => readConfig({ PLINTH_DATA_DIR_FILE: '/nowhere' })).toThrow('PLINTH_DATA_DIR_FILE is not a setting')
  })

  test.each([
    [{ PORT: '70000' }, 'PORT must be a whole number from 0 to 65535, not "70000".'],
    [{ PORT: '80x' }, 'PORT must be a whole number'],
    [{ PLINTH_LOG_LEVEL: 'wran' }, 'Did you mean "warn"?'],
    [{ PLINTH_LOGLEVEL: 'warn' }, 'PLINTH_LOGLEVEL is not a setting of Plinth. Did you mean "PLINTH_LOG_LEVEL"?'],
    [{ PLINTH_PUBLIC_URL: 'example.com' }, 'PLINTH_PUBLIC_URL must be a web address'],
    [{ PLINTH_CORS_ORIGINS: 'https://a.example/' }, '"https://a.example/" is none'],
    [{ PLINTH_ADMIN_EMAIL: 'a@example.com' }, 'belong together'],
    [
      { PLINTH_ADMIN_EMAIL: 'a@example.com', PLINTH_ADMIN_PASSWORD: 'short' },
      'PLINTH_ADMIN_PASSWORD must have at least 10',
    ],
    [{ PLINTH_SMTP_URL: 'smtp://mail.example.com' }, 'PLINTH_SMTP_URL needs PLINTH_MAIL_FROM'],
    [
      { PLINTH_SMTP_URL: 'http://mail.example.com', PLINTH_MAIL_FROM: 'a@example.com' },
      'is not the address of an SMTP',
    ],
    [{ PLINTH_SMTP_URL: 'smtp://', PLINTH_MAIL_FROM: 'a@example.com' }, 'is not the address of an SMTP'],
    [{ PLINTH_SMTP_URL: 'smtp://a:50%@b.example', PLINTH_MAIL_FROM: 'a@example.com' }, 'is not the address of an SMTP'],
    [{ PLINTH_MAIL_FROM: 'nobody' }, 'PLINTH_MAIL_FROM must be an e-mail address'],
    [{ PLINTH_MAIL_FROM: 'a@example.com, b@example.com' }, 'PLINTH_MAIL_FROM must be an e-mail address'],
    [{ PLINTH_MAIL_FROM: 'A\r\nBcc: <a@example.com>' }, 'PLINTH_MAIL_FROM must be an e-mail address'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is not a PostgreSQL address'],
  ])('%j is a fault in a plain sentence', (environment, sentence) => {
    expect(() => readConfig(environment)).toThrow(sentence)
  })

  test('reports all faults at once, and never a secret', () => {
    const environment = {
      PORT: 'x',
      PLINTH_MAX_BODY: '1',
      DATABASE_URL: 'mysql://a:hush@b',
      PLINTH_ADMIN_PASSWORD: 'hush',
      PLINTH_SMTP_URL: 'ftp://a:hush@b',
    }
    expect(() => readConfig(environment)).toThrow(/PORT.*DATABASE_URL.*PLINTH_ADMIN_PASSWORD.*PLINTH_MAX_BODY/s)
    expect(() => readConfig(environment)).not.toThrow(/hush/)
  })

  test('can be shown without its secrets', () => {
    const shown = describeConfig(readConfig({ DATABASE_URL: 'postgres://a:hush@b/c', PORT: '1' }))
    expect(shown.find((each) => each.name === 'PORT')).toMatchObject({ value: '1', default: '8090' })
    expect(shown.find((each) => each.name === 'DATABASE_URL')).toMatchObject({ value: '(set)', secret: true })
    expect(JSON.stringify(shown)).not.toContain('hush')
  })
})
