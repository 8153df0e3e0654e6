import { PlinthError } from '@plinth/sdk'

/** A test of the suite: it runs in Node and in browsers, so it brings its own few words of what must hold. */
export type Case = (world: World) => Promise<void>

/** Where the suite runs. */
export interface World {
  readonly url: string
  readonly admin: { readonly email: string; readonly password: string }
  /** An API key that may do everything. */
  readonly key: string
}

/** Both are the same as JSON, whatever the order of their members. */
export function equal(actual: unknown, expected: unknown): void {
  const [left, right] = [sorted(actual), sorted(expected)]
  if (left !== right) throw new Error(`expected ${right}, got ${left}`)
}

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  ) ?? 'undefined'

/** It fails, with this code. */
export async function fails(promise: PromiseLike<unknown>, code: string): Promise<PlinthError> {
  try {
    await promise
  } catch (error) {
    if (!(error instanceof PlinthError)) throw error
    equal(error.code, code)
    return error
  }
  throw new Error(`expected a failure with the code ${code}`)
}

/** Something that no other case has. */
export const unique = (): string => crypto.randomUUID().slice(0, 13)
