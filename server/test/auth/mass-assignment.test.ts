import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTwoCopies, type TwoCopies } from './two-copies.ts'

let copies: TwoCopies
let token = ''
beforeAll(async () => {
  copies = await startTwoCopies({ PLINTH_REGISTRATION: 'open', PLINTH_ANONYMOUS_USERS: 'on' })
  token = (await copies.user('mallory')).accessToken
})
afterAll(() => copies.stop())

const email = 'new@example.com'
const password = 'correct horse battery'

/** What every way in takes, and whether it takes it from who is signed in. */
const ways: readonly (readonly [path: string, body: object])[] = [
  ['sign-in', { email, password }],
  ['sign-up', { email, password }],
  ['sign-up/confirm', { token: 'x', password }],
  ['anonymous', {}],
  ['upgrade', { email, password }],
  ['setup', { token: 'x', email, password }],
  ['refresh', { refreshToken: 'x' }],
  ['sign-out', {}],
  ['password', { current: password, new: password }],
  ['magic-link', { email }],
  ['magic-link/sign-in', { token: 'x' }],
  ['code', { email }],
  ['code/sign-in', { ticket: 'x', code: '123456' }],
  ['reset', { email }],
  ['reset/confirm', { token: 'x', password }],
  ['verify-email/request', { email }],
  ['verify-email', { token: 'x' }],
  ['email', { email, password }],
  ['email/confirm', { token: 'x' }],
]

/** What nobody may say about themselves, nor about their session. */
const evil = {
  roles: ['admin'],
  role: 'admin',
  admin: true,
  verified: true,
  id: '01a20644-57e4-774d-a925-000000000000',
  userId: '01a20644-57e4-774d-a925-000000000000',
  sessionId: '01a20644-57e4-774d-a925-000000000000',
  created: '2020-01-01T00:00:00Z',
  viewedBy: 'x',
  invited: true,
}

describe('no way in takes what the server alone says', () => {
  test.each(ways)('%s', async (path, body) => {
    for (const [name, value] of Object.entries(evil)) {
      await copies.run('delete from plinth.tries')
      const answer = await copies.server.call('POST', `/api/auth/${path}`, { body: { ...body, [name]: value }, token })
      const [fault] = answer.body.errors ?? []
      expect([name, answer.status, answer.body.code, fault?.path]).toEqual([name, 400, 'invalidBody', `/${name}`])
    }
    expect(await copies.run(`select count(*) from public.users where 'admin' = any(roles)`)).toEqual([['1']])
  })
})
