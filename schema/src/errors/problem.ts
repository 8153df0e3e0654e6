/** One fault in a body, an expression or a document: where it is, a stable code, and a sentence that says how to mend it. */
export interface Fault {
  /** A JSON pointer into the body (`/title`, `/operations/3/body/author`), or the name of a query parameter. */
  readonly path: string
  readonly code: string
  readonly message: string
}

/**
 * The one kind of error that callers see: an RFC 9457 problem with a stable `code`. Anything else that is thrown is a
 * fault of ours and becomes a bare 500.
 */
export class Problem extends Error {
  readonly status: number
  readonly code: string
  readonly errors: readonly Fault[]
  /** Further members of the problem document, for example `operation` or `changed`. */
  readonly extra: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, title: string, details: ProblemDetails = {}) {
    super(title, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.errors = details.errors ?? []
    this.extra = details.extra ?? {}
  }
}

export interface ProblemDetails {
  readonly errors?: readonly Fault[]
  readonly extra?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never
type Values<Text extends string> = { readonly [Name in Placeholders<Text>]: string | number }
type Constructor<Text extends string> = [Placeholders<Text>] extends [never]
  ? (details?: ProblemDetails) => Problem
  : (values: Values<Text>, details?: ProblemDetails) => Problem
type Catalogue<Entries> = {
  readonly [Code in keyof Entries]: Entries[Code] extends readonly [number, infer Text extends string]
    ? Constructor<Text>
    : never
}

/**
 * Makes a catalogue of errors: code -> [HTTP status, sentence]. `{name}` in a sentence becomes a typed argument.
 *
 * @example
 * const errors = defineErrors({ recordNotFound: [404, 'No record {id} in "{collection}", or you may not see it.'] })
 * throw errors.recordNotFound({ id: '42', collection: 'posts' })
 */
export function defineErrors<const Entries extends Readonly<Record<string, readonly [number, string]>>>(
  entries: Entries,
): Catalogue<Entries> {
  const constructors = Object.entries(entries).map(([code, [status, text]]) => {
    const takesValues = text.includes('{')
    const construct = (first?: object, second?: ProblemDetails) => {
      const values = new Map(Object.entries(takesValues ? (first ?? {}) : {}))
      const title = text.replace(/\{(\w+)\}/g, (_, name: string) => String(values.get(name)))
      return new Problem(status, code, title, takesValues ? second : first)
    }
    return [code, construct] as const
  })
  // The mapped type cannot be followed through Object.fromEntries.
  return Object.fromEntries(constructors) as unknown as Catalogue<Entries>
}
