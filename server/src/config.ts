import { readFileSync } from 'node:fs'
import { suggestion } from '@plinth/schema'
import { Wrong } from './config-values.ts'
import { CannotStart } from './database/cannot-start.ts'
import { type Setting, settings } from './settings.ts'

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
  if (config.smtpUrl !== null && config.mailFrom === null)
    faults.push('PLINTH_SMTP_URL needs PLINTH_MAIL_FROM: the address that mail is from.')
  if (!isHostOf(config.publicUrl, config.passkeyDomain))
    faults.push('PLINTH_PASSKEY_DOMAIN must be the host of PLINTH_PUBLIC_URL, or a domain that it is in.')
  if (faults.length > 0) throw new CannotStart(sentenceOf(faults))
  return config
}

/** Browsers keep passkeys for a host, or for a domain that it is in, and for no other. */
function isHostOf(address: string | null, domain: string | null): boolean {
  if (domain === null) return true
  const host = address === null ? '' : new URL(address).hostname
  return host === domain || host.endsWith(`.${domain}`)
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

function shown(value: unknown): string | null {
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return value === null ? null : String(value)
}

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
const clientVariable = /^PLINTH_(URL|(TOKEN|API_KEY|SETUP_LINK|NEW_PASSWORD)(_FILE)?)$/

function unknownVariables(environment: Environment): readonly string[] {
  const names = Object.values(settings).flatMap(({ name, secret: mayBeFile }) =>
    mayBeFile ? [name, `${name}_FILE`] : [name],
  )
  const ours = Object.keys(environment).filter((name) => name.startsWith('PLINTH_'))
  return ours
    .filter((name) => !names.includes(name) && !clientVariable.test(name))
    .map((name) => `${name} is not a setting of Plinth.${suggestion(name, names)}`)
}

const sentenceOf = (faults: readonly string[]): string =>
  faults.length === 1
    ? `The configuration is wrong: ${faults[0]}`
    : ['The configuration is wrong:', ...faults.map((fault) => `- ${fault}`)].join('\n')
