import { type AuthEvent, cookieStorage, createClient, memoryStorage, type SessionStorage } from '@plinth/sdk'
import { type Case, equal, fails, unique, type World } from './check.ts'
import type { schema } from './schema.ts'

const password = 'a long enough password'
const guest = (
  { url }: World,
  storage: SessionStorage = memoryStorage(),
  through: typeof fetch = (...args) => fetch(...args),
) => createClient<typeof schema>(url, { storage, fetch: through })

/** A user with a password, made by an admin. */
async function makeUser({ url, key }: World): Promise<{ email: string; password: string }> {
  const admin = createClient<typeof schema>(url, { token: key })
  const email = `${unique()}@example.com`
  const { id } = await admin.users.create({ email })
  await admin.request('PUT', `/api/admin/users/${id}/password`, { body: { password } })
  return { email, password }
}

interface Mail {
  readonly to: string
  readonly text: string
}

/** What the latest mail to an address says; without an SMTP server, mails are kept for admins. */
async function mailTo({ url, key }: World, email: string, pattern: RegExp): Promise<string> {
  const admin = createClient(url, { token: key })
  for (;;) {
    const { items } = await admin.request<{ readonly items: readonly Mail[] }>('GET', '/api/admin/outbox', {
      query: { limit: 100 },
    })
    const found = items.find(({ to, text }) => to === email && pattern.test(text))
    const [, secret] = pattern.exec(found?.text ?? '') ?? []
    if (secret !== undefined) return secret
    // It is written by a worker, after the answer.
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

const link = (page: string): RegExp => new RegExp(`/auth/${page}#token=([\\w.-]+)`)

/** Lets the access token of a stored session seem to have ended. */
async function expire(storage: SessionStorage, name: string): Promise<void> {
  const session = JSON.parse((await storage.get(name)) ?? '{}')
  await storage.set(name, JSON.stringify({ ...session, endsAt: 0 }))
}

/** Counts requests to a route. */
function counting(path: string) {
  const counter = { count: 0 }
  const through: typeof fetch = (input, init) => {
    if (String(input).endsWith(path)) counter.count += 1
    return fetch(input, init)
  }
  return { counter, through }
}

/** The code of an app for this secret, now: RFC 6238. */
async function totp(secret: string): Promise<string> {
  const digits = Array.from(secret, (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter))
  const bits = digits.map((digit) => digit.toString(2).padStart(5, '0')).join('')
  const bytes = Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
  const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign'])
  const step = new DataView(new ArrayBuffer(8))
  step.setBigUint64(0, BigInt(Math.floor(Date.now() / 30_000)))
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, step))
  const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7f_ff_ff_ff
  return String(number % 1_000_000).padStart(6, '0')
}

const nameOf = ({ url }: World): string => `plinth:${url}`

export const authCases: Readonly<Record<string, Case>> = {
  'who signs in is known, and forgotten when they sign out': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    equal(await db.auth.ready(), null)
    await fails(db.posts.list(), 'collectionNotFound')
    const user = await db.auth.signIn({ email, password })
    equal([user.email, db.auth.user?.id, (await db.auth.me()).id], [email, user.id, user.id])
    const post = await db.posts.create({ title: 'Mine' })
    equal(post.author, user.id)
    await db.auth.signOut()
    equal([db.auth.user, await db.auth.token()], [null, null])
    await fails(db.auth.me(), 'notSignedIn')
  },

  'a wrong password signs nobody in': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await fails(db.auth.signIn({ email, password: 'wrong' }), 'wrongCredentials')
    equal(db.auth.user, null)
    const { counter, through } = counting('/api/auth/password')
    const signedIn = guest(world, memoryStorage(), through)
    await signedIn.auth.signIn({ email, password })
    await fails(signedIn.auth.changePassword({ current: 'wrong', new: password }), 'wrongCredentials')
    // It is no fault of the token, so nothing is tried again: tries are counted.
    equal(counter.count, 1)
  },

  'a session outlives the program that began it': async (world) => {
    const { email } = await makeUser(world)
    const storage = memoryStorage()
    await guest(world, storage).auth.signIn({ email, password })
    const later = guest(world, storage)
    equal([(await later.auth.ready())?.email, (await later.auth.me()).email], [email, email])
  },

  'however many requests wait, there is one refresh': async (world) => {
    const { email } = await makeUser(world)
    const storage = memoryStorage()
    await guest(world, storage).auth.signIn({ email, password })
    await expire(storage, nameOf(world))
    const { counter, through } = counting('/api/auth/refresh')
    const db = guest(world, storage, through)
    const answers = await Promise.all(Array.from({ length: 20 }, () => db.auth.me()))
    equal([answers.every((me) => me.email === email), counter.count], [true, 1])
  },

  'a token that the server refuses is renewed, and the request sent again': async (world) => {
    const { email } = await makeUser(world)
    const storage = memoryStorage()
    await guest(world, storage).auth.signIn({ email, password })
    const session = JSON.parse((await storage.get(nameOf(world))) ?? '{}')
    await storage.set(nameOf(world), JSON.stringify({ ...session, accessToken: `${session.accessToken}x` }))
    const { counter, through } = counting('/api/auth/refresh')
    const db = guest(world, storage, through)
    equal((await Promise.all([db.auth.me(), db.auth.me(), db.auth.me()])).length, 3)
    equal(counter.count, 1)
  },

  'two clients with one storage take the token that the other one got': async (world) => {
    const { email } = await makeUser(world)
    const storage = memoryStorage()
    const { counter, through } = counting('/api/auth/refresh')
    const [one, two] = [guest(world, storage, through), guest(world, storage, through)]
    await one.auth.signIn({ email, password })
    await expire(storage, nameOf(world))
    const [reloaded, other] = [guest(world, storage, through), guest(world, storage, through)]
    await Promise.all([reloaded.auth.me(), other.auth.me()])
    equal(await two.auth.ready(), await one.auth.ready())
    equal([counter.count <= 2, (await reloaded.auth.me()).email], [true, email])
  },

  'a session that was ended elsewhere is over here, too': async (world) => {
    const { email } = await makeUser(world)
    const storage = memoryStorage()
    const here = guest(world, storage)
    await here.auth.signIn({ email, password })
    const elsewhere = guest(world)
    await elsewhere.auth.signIn({ email, password })
    const other = (await elsewhere.auth.sessions.list()).find(({ current }) => !current)
    equal((await elsewhere.auth.sessions.list()).length, 2)
    await elsewhere.auth.sessions.revoke(other?.id ?? '')
    const events: (string | null)[] = []
    here.auth.onChange(({ type }) => events.push(type))
    await fails(
      here.auth.refresh().then((goesOn) => (goesOn ? null : here.auth.me())),
      'notSignedIn',
    )
    equal([events, await storage.get(nameOf(world))], [['signedOut'], null])
  },

  'whoever signs in while a session is renewed stays signed in': async (world) => {
    const [one, other] = [await makeUser(world), await makeUser(world)]
    const storage = memoryStorage()
    const gate = Promise.withResolvers<void>()
    const db = guest(world, storage, async (input, init) => {
      const response = await fetch(input, init)
      // The answer arrives after that of the other one's sign-in.
      if (String(input).endsWith('/api/auth/refresh')) await gate.promise
      if (String(input).endsWith('/api/auth/sign-in') && db.auth.user !== null) gate.resolve()
      return response
    })
    await db.auth.signIn(one)
    const refreshed = db.auth.refresh()
    const signedIn = db.auth.signIn(other)
    await Promise.all([refreshed, signedIn])
    equal([(await db.auth.me()).email, db.auth.user?.email], [other.email, other.email])
    equal(JSON.parse((await storage.get(nameOf(world))) ?? '{}').user.email, other.email)
  },

  "a request of a session that has ended is no guest's": async (world) => {
    const user = await makeUser(world)
    const storage = memoryStorage()
    const db = guest(world, storage)
    await db.auth.signIn(user)
    const elsewhere = guest(world)
    await elsewhere.auth.signIn(user)
    await elsewhere.auth.signOut({ everywhere: true })
    await expire(storage, nameOf(world))
    const later = guest(world, storage)
    await fails(later.posts.list(), 'invalidRefreshToken')
    equal([later.auth.user, await storage.get(nameOf(world))], [null, null])
    await fails(later.posts.list(), 'collectionNotFound')
    await later.auth.signOut()
  },

  'who listens hears of it': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    const events: AuthEvent[] = []
    const stop = db.auth.onChange((event) => events.push(event))
    await db.auth.signIn({ email, password })
    await db.auth.refresh()
    await db.auth.signOut()
    stop()
    await db.auth.signIn({ email, password })
    equal(
      events.map(({ type, user }) => [type, user?.email ?? null]),
      [
        ['signedIn', email],
        ['refreshed', email],
        ['signedOut', null],
      ],
    )
  },

  'a session in a cookie is taken up by a server that renders the page': async (world) => {
    const { email } = await makeUser(world)
    const set: string[] = []
    const login = guest(world, cookieStorage({ read: () => null, write: (cookie) => set.push(cookie) }))
    await login.auth.signIn({ email, password })
    equal([login.auth.user?.email, set[0]?.endsWith('; Secure')], [email, true])
    const header = `other=1; ${(set[0] ?? '').split(';')[0]}; more=2`
    const rendering = guest(world, cookieStorage({ read: () => header, write: (cookie) => set.push(cookie) }))
    equal((await rendering.auth.me()).email, email)
    await rendering.auth.refresh()
    equal([set.length, (await rendering.auth.me()).email], [2, email])
    await rendering.auth.signOut()
    equal([set.at(-1)?.startsWith('plinth_session=; '), await rendering.auth.ready()], [true, null])
  },

  'signing up, with a field of its own': async (world) => {
    const email = `${unique()}@example.com`
    const db = guest(world)
    await db.auth.signUp({ email, password, name: 'Grace' })
    const token = await mailTo(world, email, link('sign-up'))
    const user = await db.auth.confirmSignUp({ token, password })
    equal((await db.users.get(user.id, { select: ['name'] })).name, 'Grace')
    equal((await db.auth.me()).verified, true)
  },

  'an anonymous user upgrades and keeps their records': async (world) => {
    const db = guest(world)
    const user = await db.auth.signInAnonymously()
    equal((await db.auth.me()).anonymous, true)
    const post = await db.posts.create({ title: 'Mine' })
    const email = `${unique()}@example.com`
    await db.auth.upgrade({ email, password })
    const upgraded = await db.auth.confirmSignUp({ token: await mailTo(world, email, link('sign-up')), password })
    equal([upgraded.id, upgraded.email, (await db.posts.get(post.id)).author], [user.id, email, user.id])
  },

  'signing in by a link and by a code': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await db.auth.sendMagicLink(email)
    equal((await db.auth.signInWithMagicLink(await mailTo(world, email, link('magic-link')))).email, email)
    await db.auth.signOut()
    const { ticket } = await db.auth.sendCode(email)
    const code = await mailTo(world, email, /\b(\d{6})\b/)
    equal((await db.auth.signInWithCode({ ticket, code })).email, email)
    await fails(db.auth.signInWithCode({ ticket, code }), 'wrongCode')
  },

  'a forgotten password, and a new one': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await db.auth.sendPasswordReset(email)
    const reset = 'another long password'
    await db.auth.resetPassword({ token: await mailTo(world, email, link('reset')), password: reset })
    await db.auth.signIn({ email, password: reset })
    await db.auth.changePassword({ current: reset, new: password })
    // Who has reset their password by mail has verified their address.
    equal((await db.auth.me()).verified, true)
  },

  'a verified address': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await db.auth.signIn({ email, password })
    equal((await db.auth.me()).verified, false)
    await db.auth.sendVerification(email)
    await db.auth.verifyEmail(await mailTo(world, email, link('verify-email')))
    equal((await db.auth.me()).verified, true)
  },

  'another address': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await db.auth.signIn({ email, password })
    const next = `${unique()}@example.com`
    await db.auth.changeEmail({ email: next, password })
    await db.auth.confirmEmail(await mailTo(world, next, link('change-email')))
    equal((await db.auth.me()).email, next)
  },

  'a second factor, added and then asked for': async (world) => {
    const { email } = await makeUser(world)
    const db = guest(world)
    await db.auth.signIn({ email, password })
    const { id, secret } = await db.auth.factors.addTotp('Phone')
    const { recoveryCodes = [] } = await db.auth.factors.confirmTotp(id, await totp(secret))
    const { items } = await db.auth.factors.list()
    equal(
      items.map(({ kind, name }) => [kind, name]),
      [['totp', 'Phone']],
    )
    await db.auth.signOut()
    const stopped = await fails(db.auth.signIn({ email, password }), 'mfaRequired')
    equal([db.auth.user, typeof stopped.details['ticket']], [null, 'string'])
    const ticket = String(stopped.details['ticket'])
    await fails(db.auth.signInWithFactor(ticket, { code: '000000' }), 'wrongSecondFactor')
    const [recoveryCode = ''] = recoveryCodes
    equal((await db.auth.signInWithFactor(stopped, { recoveryCode })).email, email)
    equal((await db.auth.me()).email, email)
    await fails(db.auth.stepUp({ recoveryCode }), 'wrongSecondFactor')
  },

  'an invitation': async (world) => {
    const email = `${unique()}@example.com`
    await createClient(world.url, { token: world.key }).request('POST', '/api/admin/invites', {
      body: { email, roles: ['editor'] },
    })
    const user = await guest(world).auth.acceptInvite({ token: await mailTo(world, email, link('invite')), password })
    equal([user.email, user.roles], [email, ['editor']])
  },
}
