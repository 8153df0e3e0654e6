import { errors } from '@plinth/schema'
import type { ListOptions } from '../../records/read-records.ts'

export const defaultLimit = 20
export const maxLimit = 1_000
export const maxPage = 1_000_000

type Parameters = ReadonlyMap<string, string>

/** `limit`, `page`, `after` and `count` of a list. */
export function listOptions(parameters: Parameters): ListOptions {
  const page = wholeNumber(parameters, 'page', 1, maxPage)
  const after = parameters.get('after') ?? null
  if (page !== null && after !== null) throw errors.badRequest({ reason: 'Give "page" or "after", not both.' })
  const count = parameters.get('count')
  if (count !== undefined && count !== 'exact' && count !== 'estimated') {
    throw errors.invalidParameter({ name: 'count', reason: 'must be exact or estimated.' })
  }
  return { limit: wholeNumber(parameters, 'limit', 1, maxLimit) ?? defaultLimit, page, after }
}

export function wholeNumber(parameters: Parameters, name: string, min: number, max: number): number | null {
  const text = parameters.get(name)
  if (text === undefined) return null
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw errors.invalidParameter({ name, reason: `must be a whole number from ${min} to ${max}.` })
}
