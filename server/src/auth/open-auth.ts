import type { Actor } from '../access/actor.ts'
import type { Database } from '../database/database.ts'
import { AccessTokens, type CustomClaims } from './access-tokens.ts'
import { createKey, listKeys, type NewKey, revokeKey } from './api-keys.ts'
import { type Authenticate, authenticator } from './authenticate.ts'
import { listEvents, type EventQuery } from './events/list-events.ts'
import { actorText, recordEvent } from './events/record-event.ts'
import { noteDevice } from './by-mail/known-devices.ts'
import { type ByMail, openByMail } from './by-mail/open-by-mail.ts'
import { type Credentials, setUpAdmin } from './first-admin.ts'
import { type Factors, openFactors } from './factors/open-factors.ts'
import { type Attempt, countTry, type Try } from './limits/count-try.ts'
import type { LimitName } from './limits/limits.ts'
import type { MailDeps } from './mail/mail-deps.ts'
import { type OwnPasswordChange, changeOwnPassword, givePassword } from './change-password.ts'
import { relyingParty } from './passkeys/relying-party.ts'
import { openProviders, type Providers } from './providers/open-providers.ts'
import type { ReachProvider } from './providers/reach-provider.ts'
import { type OpenRegistration, openRegistration } from './registration/open-registration.ts'
import type { RegistrationDeps } from './registration/registration.ts'
import { endedSessions } from './sessions/ended-sessions.ts'
import { findSession } from './sessions/find-session.ts'
import { openSessions, type Sessions } from './sessions/open-sessions.ts'
import type { Origin, SessionDeps, SignInAnswer } from './sessions/session.ts'
import { startSession } from './sessions/start-session.ts'
import { signIn } from './sign-in.ts'
import { openSigningKeys, type SigningKeys } from './signing-keys.ts'
import { findMe, type Me } from './me.ts'

/** Sign-in, as routes use it. */
export interface Auth {
  readonly authenticate: Authenticate
  /** Counts a try at one of the ways in; the caller looks at it before going on. */
  countTry(name: LimitName, tried: Try): Promise<Attempt>
  /** @throws Problem wrongCredentials */
  signIn(credentials: Credentials, origin: Origin): Promise<SignInAnswer>
  /** Makes the first admin and signs them in. */
  setUp(token: string, credentials: Credentials, requestId: string, origin: Origin): Promise<SignInAnswer>
  /** The user who asks. */
  me(actor: Actor): Promise<Me>
  readonly sessions: Sessions
  /** For who keeps connections open: looks sessions up anew when they are asked for next. */
  forgetSessions(ids: readonly string[]): void
  /** Sessions that have ended within the last minute. */
  endedSessions(): Promise<readonly string[]>
  readonly byMail: ByMail
  readonly registration: OpenRegistration
  readonly factors: Factors
  readonly providers: Providers
  changeOwnPassword(actor: Actor, change: OwnPasswordChange, origin: Origin): Promise<void>
  /** Gives a user a password, and ends their sessions. */
  setPassword(userId: string, password: string, by: Actor, origin: Origin): Promise<void>
  createKey(key: NewKey, by: Actor, origin: Origin): Promise<{ readonly id: string; readonly key: string }>
  /** JSON text. */
  listKeys(): Promise<string>
  revokeKey(id: string, by: Actor, origin: Origin): Promise<void>
  /** JSON text. */
  publicKeySet(): Promise<string>
  /** Answers the new key's id. */
  rotateSigningKeys(by: Actor, origin: Origin): Promise<string>
  /** The same, and no access token that was made before counts any more. */
  distrustSigningKeys(by: Actor, origin: Origin): Promise<string>
  /** JSON text. */
  listEvents(query: EventQuery): Promise<string>
}

export interface AuthOptions extends Omit<RegistrationDeps, 'sessions'> {
  /** Who signs access tokens: the address of this Plinth. */
  readonly issuer: string
  /** After how many days a session that is not used ends. */
  readonly sessionDays: number
  /** Whether who has these roles has to have a second factor. */
  readonly requiresMfa: (roles: readonly string[]) => boolean
  /** The domain that passkeys are for; null for the host of the public address. */
  readonly passkeyDomain: string | null
  /** Origins whose pages may call. */
  readonly corsOrigins: readonly string[]
  readonly mail: MailDeps
  /** Wakes whoever follows the change log. */
  readonly wakeChanges: () => void
  readonly tokenClaims: TokenClaims
  /** Where people may be sent back to after they have signed in elsewhere. */
  readonly redirectUrls: readonly string[]
  /** Whether providers may be in private networks. */
  readonly privateProviders: boolean
  /** Null where mail is only kept. */
  readonly smtpUrl: string | null
  /** For tests alone: leads addresses of well-known services to one of their own. */
  readonly reachProvider?: ReachProvider
}

/** What the schema puts into access tokens. */
export interface TokenClaims {
  /** Whether there is any claim. */
  any(): boolean
  of(actor: Actor): Promise<Readonly<Record<string, unknown>>>
}

/** Opens sign-in on a database that has its schema. */
export async function openAuth(database: Database, options: AuthOptions): Promise<Auth> {
  const { issuer, sessionDays, mail, wakeChanges, passkeyDomain: domain, corsOrigins } = options
  const signingKeys = await openSigningKeys(database)
  const tokens = new AccessTokens(signingKeys, issuer, customClaims(database, options.tokenClaims))
  const { authenticate, forgetSessions } = authenticator(database, tokens, options.requiresMfa)
  const onStarted: SessionDeps['onStarted'] = (user, origin) => noteDevice(mail, { user, ...origin })
  const deps: SessionDeps = { database, tokens, sessionDays, onStarted, onEnded: forgetSessions }
  const record: RecordAction = (kind, by, origin, details) =>
    recordEvent(database, { kind, userId: null, actor: actorText(by), ...origin, details })

  return {
    authenticate,
    countTry: (name, tried) => countTry(database, name, tried),
    signIn: (credentials, origin) => signIn(deps, credentials, origin),
    setUp: async (token, credentials, requestId, origin) => {
      const { id } = await setUpAdmin(database, token, credentials, requestId)
      return startSession(deps, { userId: id, method: 'password', ...origin })
    },
    me: (actor) => findMe(database, actor),
    sessions: openSessions(deps),
    forgetSessions,
    endedSessions: () => endedSessions(database),
    byMail: openByMail({
      mail,
      sessions: deps,
      newUsers: options.newUsers,
      takesInvites: options.registration !== 'closed',
      wakeChanges,
    }),
    registration: openRegistration({ ...options, sessions: deps }),
    factors: openFactors({
      mail,
      mailIsSent: options.smtpUrl !== null,
      sessions: deps,
      relyingParty: () => relyingParty({ publicUrl: mail.publicUrl(), domain, corsOrigins }),
    }),
    providers: openProviders({ ...options, sessions: deps }),
    changeOwnPassword: (actor, change, origin) => changeOwnPassword({ sessions: deps, mail }, actor, change, origin),
    setPassword: (userId, password, by, origin) => givePassword({ sessions: deps, mail }, userId, password, by, origin),
    createKey: async (key, by, origin) => {
      const made = await createKey(database, key, by)
      await record('keyCreated', by, origin, { key: made.id, name: key.name, roles: key.roles })
      return made
    },
    listKeys: () => listKeys(database),
    revokeKey: async (id, by, origin) => {
      await revokeKey(database, id)
      await record('keyRevoked', by, origin, { key: id })
    },
    ...signingKeyActions(signingKeys, record),
    listEvents: (query) => listEvents(database, query),
  }
}

type RecordAction = (
  kind: string,
  by: Actor,
  origin: Origin,
  details: Readonly<Record<string, unknown>>,
) => Promise<void>

const signingKeyActions = (
  keys: SigningKeys,
  record: RecordAction,
): Pick<Auth, 'publicKeySet' | 'rotateSigningKeys' | 'distrustSigningKeys'> => ({
  publicKeySet: () => keys.publicKeySet(),
  rotateSigningKeys: async (by, origin) => {
    const kid = await keys.rotate()
    await record('signingKeyRotated', by, origin, { kid })
    return kid
  },
  distrustSigningKeys: async (by, origin) => {
    const kid = await keys.distrust()
    await record('signingKeysDistrusted', by, origin, { kid })
    return kid
  },
})

/** Looked up each time a token is made, with the roles and all that count at that moment. */
const customClaims =
  (database: Database, claims: TokenClaims): CustomClaims =>
  async (sessionId) => {
    const holder = claims.any() ? await findSession(database, sessionId) : null
    // An admin who views as anybody with certain roles is nobody in particular.
    return holder === null || holder.actor.userId === null ? {} : claims.of(holder.actor)
  }
