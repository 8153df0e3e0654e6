import type { ConnectionOptions } from 'node:tls'
import type { ClientConfig } from 'pg'
import { CannotStart } from './cannot-start.ts'

export interface ConnectOptions {
  /** `postgres://user:password@host:5432/database`; a socket's folder as host is percent-encoded. */
  readonly url: string
  /** How many connections at most (10): more than a few per core only makes them wait for each other. */
  readonly max?: number | undefined
  readonly ssl?: boolean | ConnectionOptions | undefined
  /** Milliseconds that a statement may take (30,000). */
  readonly statementTimeout?: number | undefined
}

// They travel in the startup packet, so a new connection costs no further round trip. `jit` only pays for long reports,
// and can cost a short query with a high estimate hundreds of milliseconds.
const sessionSettings = {
  TimeZone: 'UTC',
  search_path: 'pg_catalog',
  DateStyle: 'ISO',
  jit: 'off',
  idle_in_transaction_session_timeout: '60s',
}

/** What `pg` needs to open a connection with our session settings. */
export function connectionSettings({ url, ssl, statementTimeout = 30_000 }: ConnectOptions): ClientConfig {
  const address = parseAddress(url)
  const ours = Object.entries(sessionSettings).map(([name, value]) => `-c ${name}=${value}`)
  const theirs = address.searchParams.get('options') ?? ''
  // Left in the address, it would win over ours.
  address.searchParams.delete('options')
  // `pg` verifies certificates in all of these modes, and warns that it will not for ever.
  if (/^(prefer|require|verify-ca)$/.test(address.searchParams.get('sslmode') ?? '')) {
    address.searchParams.set('sslmode', 'verify-full')
  }
  return {
    connectionString: address.href,
    options: [theirs, ...ours].join(' ').trim(),
    client_encoding: 'UTF8',
    application_name: address.searchParams.get('application_name') ?? 'plinth',
    statement_timeout: statementTimeout,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(ssl === undefined ? {} : { ssl }),
  }
}

/** Where the server is, for sentences: never with the password. */
export function describeAddress(url: string): string {
  const address = parseAddress(url)
  const host = address.searchParams.get('host') ?? (decodeURIComponent(address.hostname) || 'localhost')
  return host.startsWith('/') ? host : `${host}:${address.port || '5432'}`
}

export function parseAddress(url: string): URL {
  // libpq allows user@/database?host=/folder, which the WHATWG does not; `host=` wins over the stand-in.
  const address = URL.parse(url.replace('@/', '@localhost/'))
  if (address !== null && /^postgres(ql)?:$/.test(address.protocol)) return address
  throw new CannotStart('DATABASE_URL is not a PostgreSQL address: write postgres://user:password@host:5432/database.')
}
