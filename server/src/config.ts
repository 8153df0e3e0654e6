import { readFileSync } from 'node:fs'
import { suggestion } from '@plinth/schema'
import { CannotStart } from './database/cannot-start.ts'
import { type LogLevel, logLevels } from './observability/log.ts'

/** A text of the environment becomes a value, or it is wrong for a reason: "must be …". */
type Parse<T> = (text: string) => T | Wrong

class Wrong {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

interface Setting<T> {
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

const settings = {
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
  changesKeepDays: setting(
    'PLINTH_CHANGES_KEEP_DAYS',
    wholeNumber(1, 3_650),
    30,
    'For how many days the change log is kept.',
  ),
  poolSize: setting('PLINTH_POOL_SIZE', wholeNumber(1, 200), 10, 'How many connections to PostgreSQL at most.'),
  statementSeconds: setting(
    'PLINTH_STATEMENT_SECONDS',
    wholeNumber(1, 3_600),
    30,
    'After how many seconds a statement of a request is stopped.',
  ),
  metricsToken: secret<string | null>(
    'PLINTH_METRICS_TOKEN',
    text,
    null,
    'When set, /metrics answers only to "Authorization: Bearer <token>".',
  ),
}

type Settings = typeof settings

/** How this process is to run. */
export type Config = { readonly [Name in keyof Settings]: Settings[Name] extends Setting<infer T> ? T : never }

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment. @throws CannotStart with all that is wrong in it at once */
export function readConfig(environment: Environment): Config {
  const faults: string[] = []
  const read = <T>(each: Setting<T>): T => {
    const given = textOf(each, environment)
    const value = given instanceof Wrong || given === null ? given : each.parse(given)
    if (value instanceof Wrong) faults.push(`${each.name} ${value.reason}`)
    return value instanceof Wrong || value === null ? each.fallback : value
  }
  const entries = Object.entries(settings).map(([name, each]) => [name, read<unknown>(each)])
  // The type of an object built from entries cannot be followed; `settings` has exactly these names and types.
  const config = Object.fromEntries(entries) as Config
  faults.push(...unknownVariables(environment))
  if ((config.adminEmail === null) !== (config.adminPassword === null))
    faults.push('PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD belong together: set both or neither.')
  if (faults.length > 0) throw new CannotStart(sentenceOf(faults))
  return config
}

export interface DescribedSetting {
  readonly name: string
  readonly description: string
  readonly secret: boolean
  /** As a person writes it; null where there is none, and `(set)` for a secret. */
  readonly value: string | null
  readonly default: string | null
}

/** What is in force, for people. */
export function describeConfig(config: Config): readonly DescribedSetting[] {
  const values = new Map<string, unknown>(Object.entries(config))
  return Object.entries(settings).map(([key, { name, description, secret: hidden, fallback }]) => ({
    name,
    description,
    secret: hidden,
    value: hidden && values.get(key) !== null ? '(set)' : shown(values.get(key)),
    default: shown(fallback),
  }))
}

const shown = (value: unknown): string | null => (value === null ? null : String(value))

/** An empty variable counts as one that is not set, as in compose files. */
function textOf(
  { name, secret: mayBeFile }: Pick<Setting<unknown>, 'name' | 'secret'>,
  environment: Environment,
): string | null | Wrong {
  const plain = environment[name] || null
  const file = (mayBeFile && environment[`${name}_FILE`]) || null
  if (file === null) return plain
  if (plain !== null) return new Wrong(`and ${name}_FILE are both set: keep one.`)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    return new Wrong(`cannot be read from ${name}_FILE: ${error instanceof Error ? error.message : String(error)}.`)
  }
}

// What programs that talk to a server read; they may be set in the same shell.
const clientVariables = ['PLINTH_URL', 'PLINTH_API_KEY']

function unknownVariables(environment: Environment): readonly string[] {
  const names = Object.values(settings).flatMap(({ name, secret: mayBeFile }) =>
    mayBeFile ? [name, `${name}_FILE`] : [name],
  )
  const ours = Object.keys(environment).filter((name) => name.startsWith('PLINTH_'))
  return ours
    .filter((name) => !names.includes(name) && !clientVariables.includes(name))
    .map((name) => `${name} is not a setting of Plinth.${suggestion(name, names)}`)
}

const sentenceOf = (faults: readonly string[]): string =>
  faults.length === 1
    ? `The configuration is wrong: ${faults[0]}`
    : ['The configuration is wrong:', ...faults.map((fault) => `- ${fault}`)].join('\n')

function text(given: string): string {
  return given
}

function wholeNumber(min: number, max: number): Parse<number> {
  return (given) => {
    const number = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN
    if (number >= min && number <= max) return number
    return new Wrong(`must be a whole number from ${min} to ${max}, not "${given}".`)
  }
}

function oneOf<T extends string>(values: readonly T[]): Parse<T> {
  return (given) =>
    values.find((value) => value === given) ??
    new Wrong(`must be one of ${values.join(', ')}, not "${given}".${suggestion(given, values)}`)
}

function databaseAddress(given: string): string | Wrong {
  return /^postgres(?:ql)?:\/\//.test(given)
    ? given
    : new Wrong('is not a PostgreSQL address: write postgres://user:password@host:5432/database.')
}

function webAddress(given: string): string | Wrong {
  const address = URL.parse(given)
  const isPlain = address !== null && /^https?:$/.test(address.protocol) && address.search + address.hash === ''
  return isPlain ? address.href.replace(/\/$/, '') : new Wrong(`must be a web address, not "${given}".`)
}

function emailAddress(given: string): string | Wrong {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? given : new Wrong(`must be an e-mail address, not "${given}".`)
}

function adminPassword(given: string): string | Wrong {
  const fits = [...given].length >= 10 && Buffer.byteLength(given) <= 1_000
  return fits ? given : new Wrong('must have at least 10 characters, and at most 1,000 bytes.')
}

function origins(given: string): readonly string[] | Wrong {
  const list = given.split(',').map((each) => each.trim())
  const wrong = list.find((each) => each !== '*' && URL.parse(each)?.origin !== each)
  return wrong === undefined
    ? list
    : new Wrong(`must list origins such as https://app.example.com, without a path; "${wrong}" is none.`)
}
