import { type Registration, registrations } from './auth/registration/registration.ts'
import {
  adminPassword,
  databaseAddress,
  domainName,
  emailAddress,
  mailSender,
  oneOf,
  onOrOff,
  origins,
  type Parse,
  redirectAddresses,
  redisAddress,
  roleNames,
  smtpAddress,
  text,
  webAddress,
  wholeNumber,
} from './config-values.ts'
import { type LogLevel, logLevels } from './observability/log.ts'

export interface Setting<T> {
  readonly name: string
  readonly parse: Parse<T>
  readonly fallback: T
  readonly description: string
  /** Also read from the file that `NAME_FILE` names, and never shown. */
  readonly secret: boolean
}

const setting = <T>(name: string, parse: Parse<T>, fallback: NoInfer<T>, description: string): Setting<T> => ({
  name,
  parse,
  fallback,
  description,
  secret: false,
})
const secret = <T>(...args: Parameters<typeof setting<T>>): Setting<T> => ({ ...setting(...args), secret: true })

/** All that can be set, by the environment alone. */
export const settings = {
  port: setting('PORT', wholeNumber(0, 65_535), 8090, 'The port to listen on; 0 takes any free one.'),
  host: setting('HOST', text, '0.0.0.0', 'The address to listen on. 127.0.0.1 is for this machine alone.'),
  dataDir: setting('PLINTH_DATA_DIR', text, './plinth_data', 'Where the embedded PostgreSQL keeps its data.'),
  databaseUrl: secret<string | null>(
    'DATABASE_URL',
    databaseAddress,
    null,
    'A PostgreSQL (14 to 18) to use instead of the embedded one: postgres://user:password@host:5432/database.',
  ),
  publicUrl: setting<string | null>(
    'PLINTH_PUBLIC_URL',
    webAddress,
    null,
    'The address under which people reach Plinth, such as https://api.example.com.',
  ),
  adminEmail: setting<string | null>('PLINTH_ADMIN_EMAIL', emailAddress, null, 'Makes the first admin at the start.'),
  adminPassword: secret<string | null>(
    'PLINTH_ADMIN_PASSWORD',
    adminPassword,
    null,
    "The first admin's password: at least 10 characters.",
  ),
  corsOrigins: setting<readonly string[]>(
    'PLINTH_CORS_ORIGINS',
    origins,
    [],
    'Origins whose pages may call the API, separated by commas; * for all.',
  ),
  trustedProxies: setting(
    'PLINTH_TRUSTED_PROXIES',
    wholeNumber(0, 10),
    0,
    'How many proxies in front add themselves to X-Forwarded-For.',
  ),
  logLevel: setting<LogLevel>('PLINTH_LOG_LEVEL', oneOf(logLevels), 'info', `What is logged: ${logLevels.join(', ')}.`),
  maxBody: setting(
    'PLINTH_MAX_BODY',
    wholeNumber(1_024, 1_073_741_824),
    1_048_576,
    'How many bytes the body of a request may have.',
  ),
  maxImport: setting(
    'PLINTH_MAX_IMPORT',
    wholeNumber(1_024, 999_999_999_999),
    1_073_741_824,
    'How many bytes an import may have; each of its records may have as many as the body of a request.',
  ),
  changesKeepDays: setting(
    'PLINTH_CHANGES_KEEP_DAYS',
    wholeNumber(1, 3_650),
    30,
    'For how many days the change log is kept.',
  ),
  poolSize: setting(
    'PLINTH_POOL_SIZE',
    wholeNumber(1, 200),
    10,
    'How many connections to PostgreSQL at most; each worker has so many.',
  ),
  workers: setting(
    'PLINTH_WORKERS',
    wholeNumber(1, 64),
    1,
    'How many processes serve. With more than one, realtime takes WebSocket connections alone.',
  ),
  statementSeconds: setting(
    'PLINTH_STATEMENT_SECONDS',
    wholeNumber(1, 3_600),
    30,
    'After how many seconds a statement of a request is stopped.',
  ),
  sessionDays: setting(
    'PLINTH_SESSION_DAYS',
    wholeNumber(1, 365),
    30,
    'After how many days without use somebody has to sign in again.',
  ),
  registration: setting<Registration>(
    'PLINTH_REGISTRATION',
    oneOf(registrations),
    'invite',
    'Who may become a user by themselves: nobody (closed), whom an admin has invited (invite), or everybody (open).',
  ),
  anonymousUsers: setting(
    'PLINTH_ANONYMOUS_USERS',
    onOrOff,
    false,
    'Whether one can be a user without an address or a password (on), or not (off).',
  ),
  anonymousKeepDays: setting(
    'PLINTH_ANONYMOUS_KEEP_DAYS',
    wholeNumber(1, 3_650),
    30,
    'After how many days a user without an address, who is signed in nowhere any more, is deleted.',
  ),
  eventsKeepDays: setting(
    'PLINTH_EVENTS_KEEP_DAYS',
    wholeNumber(30, 3_650),
    400,
    'For how many days the audit trail is kept.',
  ),
  defaultRoles: setting<readonly string[]>(
    'PLINTH_DEFAULT_ROLES',
    roleNames,
    [],
    'The roles of the schema that who signs up gets, separated by commas.',
  ),
  adminMfa: setting(
    'PLINTH_ADMIN_MFA',
    onOrOff,
    false,
    'Whether admins have to have a second factor (on), or may (off). Roles of the schema say so by "mfa": "required".',
  ),
  passkeyDomain: setting<string | null>(
    'PLINTH_PASSKEY_DOMAIN',
    domainName,
    null,
    'The domain that passkeys are for, when not the host of PLINTH_PUBLIC_URL: example.com lets pages of all its hosts that PLINTH_CORS_ORIGINS lists use them. Changing it makes all passkeys useless.',
  ),
  redirectUrls: setting<readonly string[]>(
    'PLINTH_REDIRECT_URLS',
    redirectAddresses,
    [],
    'Where people may be sent back to after they have signed in with a provider: whole addresses, separated by commas. Each has to be the same, character by character.',
  ),
  privateProviders: setting(
    'PLINTH_PRIVATE_PROVIDERS',
    onOrOff,
    false,
    'Whether providers that people sign in with may be in private networks, and on this machine without https (on), or not (off).',
  ),
  smtpUrl: secret<string | null>(
    'PLINTH_SMTP_URL',
    smtpAddress,
    null,
    'Where mail goes out: smtp://user:password@host:587 (add ?requireTLS=true to refuse to send unencrypted), or smtps://… for TLS from the start. Without it mail is kept in the outbox, which admins read.',
  ),
  mailFrom: setting<string | null>(
    'PLINTH_MAIL_FROM',
    mailSender,
    null,
    'Who mail is from: an address, or Name <address>. Needed with PLINTH_SMTP_URL.',
  ),
  realtimeSockets: setting(
    'PLINTH_REALTIME_SOCKETS',
    wholeNumber(0, 1_000_000),
    20_000,
    'How many realtime connections each process takes at most; 0 for none.',
  ),
  realtimeQueue: setting(
    'PLINTH_REALTIME_QUEUE',
    wholeNumber(16_384, 1_073_741_824),
    1_048_576,
    'How many bytes may wait for one realtime connection. A client that takes them too slowly is told to resync.',
  ),
  realtimeSubscriptions: setting(
    'PLINTH_REALTIME_SUBSCRIPTIONS',
    wholeNumber(1, 10_000),
    100,
    'How many subscriptions a realtime connection may have, and how many live queries.',
  ),
  realtimeWaiting: setting(
    'PLINTH_REALTIME_WAITING',
    wholeNumber(1, 1_000_000),
    5_000,
    'How many subscriptions may wait to begin when many clients come at once. The clients of others are told to come later.',
  ),
  realtimeMessages: setting(
    'PLINTH_REALTIME_MESSAGES',
    wholeNumber(1, 100_000),
    50,
    'How many messages a realtime connection may send in a second.',
  ),
  realtimeMessageBytes: setting(
    'PLINTH_REALTIME_MESSAGE_BYTES',
    wholeNumber(1_024, 16_777_216),
    65_536,
    'How many bytes a message of a realtime connection may have.',
  ),
  realtimeChannels: setting(
    'PLINTH_REALTIME_CHANNELS',
    wholeNumber(1, 10_000),
    100,
    'How many channels a realtime connection may be in.',
  ),
  channelPayloadBytes: setting(
    'PLINTH_CHANNEL_PAYLOAD_BYTES',
    wholeNumber(1_024, 1_048_576),
    65_536,
    'How many bytes of JSON the payload of a message to a channel may have.',
  ),
  channelMembers: setting(
    'PLINTH_CHANNEL_MEMBERS',
    wholeNumber(0, 100_000),
    1_000,
    'How many of those who are present in a channel somebody who joins is shown.',
  ),
  redisUrl: secret<string | null>(
    'PLINTH_REDIS_URL',
    redisAddress,
    null,
    'A Redis (7 or newer) that carries channels between the copies of the server instead of PostgreSQL: redis://user:password@host:6379/0.',
  ),
  metricsToken: secret<string | null>(
    'PLINTH_METRICS_TOKEN',
    text,
    null,
    'When set, /metrics answers only to "Authorization: Bearer <token>".',
  ),
}
