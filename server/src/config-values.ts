import { suggestion } from '@plinth/schema'

/** A text of the environment becomes a value, or it is wrong for a reason: "must be …". */
export type Parse<T> = (text: string) => T | Wrong

export class Wrong {
  readonly reason: string
  constructor(reason: string) {
    this.reason = reason
  }
}

export function text(given: string): string {
  return given
}

export function wholeNumber(min: number, max: number): Parse<number> {
  return (given) => {
    const number = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN
    if (number >= min && number <= max) return number
    return new Wrong(`must be a whole number from ${min} to ${max}, not "${given}".`)
  }
}

export function oneOf<T extends string>(values: readonly T[]): Parse<T> {
  return (given) =>
    values.find((value) => value === given) ??
    new Wrong(`must be one of ${values.join(', ')}, not "${given}".${suggestion(given, values)}`)
}

export function onOrOff(given: string): boolean | Wrong {
  const value = oneOf(['on', 'off'])(given)
  return value instanceof Wrong ? value : value === 'on'
}

export function roleNames(given: string): readonly string[] | Wrong {
  const names = given.split(',').map((each) => each.trim())
  const wrong = names.find((each) => !/^[a-z][a-z0-9_]{0,62}$/.test(each))
  if (wrong !== undefined) return new Wrong(`must list names of roles, separated by commas; "${wrong}" is none.`)
  const builtIn = names.find((each) => ['admin', 'anonymous', 'authenticated'].includes(each))
  return builtIn === undefined ? names : new Wrong(`cannot give everybody the role "${builtIn}".`)
}

export function databaseAddress(given: string): string | Wrong {
  return /^postgres(?:ql)?:\/\//.test(given)
    ? given
    : new Wrong('is not a PostgreSQL address: write postgres://user:password@host:5432/database.')
}

// Its text is never repeated: it holds a password.
export function smtpAddress(given: string): string | Wrong {
  const address = URL.parse(given)
  const fits = address !== null && /^smtps?:$/.test(address.protocol) && /^\/?$/.test(address.pathname)
  return fits && address.hostname !== '' && isEncoded(address.username + address.password)
    ? given
    : new Wrong('is not the address of an SMTP server: write smtp://user:password@host:587 (in %-encoding).')
}

/** https://www.iana.org/assignments/uri-schemes/prov/redis */
export function redisAddress(given: string): string | Wrong {
  const address = URL.parse(given)
  const fits = address !== null && /^rediss?:$/.test(address.protocol) && /^(\/\d*)?$/.test(address.pathname)
  return fits && address.hostname !== '' && isEncoded(address.username + address.password)
    ? given
    : new Wrong('is not the address of a Redis: write redis://user:password@host:6379/0 (in %-encoding).')
}

function isEncoded(given: string): boolean {
  try {
    return decodeURIComponent(given).length <= given.length
  } catch {
    return false
  }
}

/** `ada@example.com` or `Ada Lovelace <ada@example.com>`, and nothing that could begin another line or another address. */
export function mailSender(given: string): string | Wrong {
  const address = /^(?:[^<>@,;:"\p{Cc}]{1,100} )?<([^<>]+)>$/u.exec(given)?.[1] ?? given
  return /^[^\s@<>,;:"]+@[^\s@<>,;:"]+$/.test(address)
    ? given
    : new Wrong(`must be an e-mail address, or Name <address>, not "${given}".`)
}

export function webAddress(given: string): string | Wrong {
  const address = URL.parse(given)
  const isPlain = address !== null && /^https?:$/.test(address.protocol) && address.search + address.hash === ''
  return isPlain ? address.href.replace(/\/$/, '') : new Wrong(`must be a web address, not "${given}".`)
}

export function emailAddress(given: string): string | Wrong {
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? given : new Wrong(`must be an e-mail address, not "${given}".`)
}

export function adminPassword(given: string): string | Wrong {
  const fits = [...given].length >= 10 && Buffer.byteLength(given) <= 1_000
  return fits ? given : new Wrong('must have at least 10 characters, and at most 1,000 bytes.')
}

export function origins(given: string): readonly string[] | Wrong {
  const list = given.split(',').map((each) => each.trim())
  const wrong = list.find((each) => each !== '*' && URL.parse(each)?.origin !== each)
  return wrong === undefined
    ? list
    : new Wrong(`must list origins such as https://app.example.com, without a path; "${wrong}" is none.`)
}

export function domainName(given: string): string | Wrong {
  return /^(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/.test(given) && !/^[\d.]+$/.test(given)
    ? given
    : new Wrong('must be the name of a domain in lower case, such as example.com.')
}

/** Addresses that people are sent back to: compared character by character, so they are taken as they are written. */
export function redirectAddresses(given: string): readonly string[] | Wrong {
  const list = given.split(',').map((each) => each.trim())
  const wrong = list.find((each) => !isRedirectAddress(each))
  return wrong === undefined
    ? list
    : new Wrong(
        `must list whole addresses such as https://app.example.com/signed-in, http://localhost:3000/ or com.example.app:/signed-in, without # or *; "${wrong}" is none.`,
      )
}

// https://www.rfc-editor.org/rfc/rfc8252#section-7: apps have schemes of their own, which begin with a reversed domain name.
function isRedirectAddress(given: string): boolean {
  const url = /^[\x21-\x7e]+$/.test(given) && !/[#*\\]/.test(given) ? URL.parse(given) : null
  if (url === null || url.username + url.password !== '') return false
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && isLocal) ||
    /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/.test(url.protocol)
  )
}
