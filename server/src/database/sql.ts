import { errors, sqlLiteral } from '@plinth/schema'

/** A value that is filled in when a statement runs; it always travels as a parameter, cast to `type`. */
export class Param<Run> {
  readonly type: string
  readonly value: (run: Run) => unknown

  constructor(type: string, value: (run: Run) => unknown) {
    this.type = type
    this.value = value
  }
}

/** A piece of SQL with its parameters. Pieces are put together with the `sql` template alone. */
export class Fragment<Run = unknown> {
  readonly parts: readonly (string | Param<Run>)[]

  constructor(parts: readonly (string | Param<Run>)[]) {
    this.parts = parts
  }
}

type Interpolated<Run> = Fragment<Run> | Param<Run>

/**
 * The one way to write SQL: `` sql`select ${column} from ${table} where id = ${id}` ``. Only fragments and parameters can
 * be put in; a bare string is a type error, so no value can end up in the text.
 */
export function sql<Run>(texts: TemplateStringsArray, ...values: readonly Interpolated<Run>[]): Fragment<Run> {
  const parts: (string | Param<Run>)[] = []
  texts.forEach((text, i) => {
    if (text !== '') parts.push(text)
    const value = values[i]
    // One by one: as arguments of one call, a hundred thousand would be more than the stack holds.
    if (value instanceof Fragment) for (const part of value.parts) parts.push(part)
    else if (value !== undefined) parts.push(value)
  })
  return new Fragment(parts)
}

/**
 * Quotes an SQL identifier. The only function that does; every name goes through it.
 * https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Quotes text as an SQL literal, for the few places that take no parameters (defaults and checks of columns). */
export const quoteLiteral = sqlLiteral

/** A quoted identifier, or a dotted path of them: `identifier('public', 'posts')`. */
export const identifier = (...names: readonly string[]): Fragment<unknown> =>
  new Fragment<unknown>([names.map(quoteIdentifier).join('.')])

/** SQL text that is part of the program (a keyword, a type from a field type's description), never of a request. */
export const raw = (text: string): Fragment<unknown> => new Fragment<unknown>([text])

/** A parameter, cast to `type`, whose value is taken from the run. */
export const param = <Run>(type: string, value: (run: Run) => unknown): Param<Run> => new Param(type, value)

/** Joins fragments: `join([a, b], ' and ')`. */
export function join<Run>(fragments: readonly Interpolated<Run>[], separator: string): Fragment<Run> {
  const parts = fragments.flatMap((fragment, i) => [
    ...(i === 0 ? [] : [separator]),
    ...(fragment instanceof Fragment ? fragment.parts : [fragment]),
  ])
  return new Fragment(parts)
}

/** The same fragment with something else in the place of some parameters. */
export const replaceParams = <Run>(
  { parts }: Fragment<Run>,
  replacements: ReadonlyMap<Param<Run>, Fragment<Run>>,
): Fragment<Run> =>
  new Fragment(parts.flatMap((part) => (part instanceof Param ? (replacements.get(part)?.parts ?? [part]) : [part])))

/** A statement's text with `$1, $2, …`, and how to get its values for one run. */
export interface CompiledSql<Run> {
  readonly text: string
  values(run: Run): unknown[]
}

/** PostgreSQL counts the parameters of a statement in two bytes. */
const maxParams = 65_535

/**
 * Numbers the parameters. The same `Param` used twice becomes one parameter.
 *
 * @throws Problem badRequest where there are more than a statement can have
 */
export function compileSql<Run>(fragment: Fragment<Run>): CompiledSql<Run> {
  const params: Param<Run>[] = []
  const numbers = new Map<Param<Run>, number>()
  const text = fragment.parts
    .map((part) => {
      if (typeof part === 'string') return part
      const number = numbers.get(part) ?? params.push(part)
      numbers.set(part, number)
      return `$${number}::${part.type}`
    })
    .join('')
  if (params.length > maxParams) throw errors.badRequest({ reason: 'This asks for too much at once.' })
  return { text, values: (run) => params.map((each) => each.value(run)) }
}
