import type { Expression, Hop, ManyPath, PathRoot } from '../expression.ts'
import { ExpressionError } from '../expression-error.ts'
import { rootWords } from '../parse/foreign-words.ts'
import type { ScopeField } from '../scope.ts'
import type { Span, Syntax } from '../syntax-tree.ts'
import type { ValueType } from '../value-type.ts'
import type { Context } from './context.ts'
import { describeType, quote } from './describe.ts'
import { didYouMean, suggest } from './suggest.ts'

export type PathSyntax = Extract<Syntax, { kind: 'path' }>
type Name = PathSyntax['names'][number]

/** A path that starts at a record: where it starts and what it reaches. */
interface Resolved {
  readonly root: PathRoot
  readonly hops: readonly Hop[]
  /** The collection that has the last field. */
  readonly collection: string
  readonly field: string
  readonly type: ValueType
}

/** What sign-in knows of the user who asks: `@user.roles` as they count now, and `@user.verified`, which is no field. */
const ofSignIn: ReadonlyMap<string, { readonly kind: 'userRoles' | 'userVerified'; readonly type: ValueType }> =
  new Map([
    ['roles', { kind: 'userRoles', type: { kind: 'list', of: { kind: 'text' } } }],
    ['verified', { kind: 'userVerified', type: { kind: 'boolean' } }],
  ])

/** Checks a path to a value: a field, `@user.…`, `@old.…`, `@now` or `@today`. Its type may be `records`. */
export function checkPath(syntax: PathSyntax, context: Context): Expression {
  const { start, end, root, names } = syntax
  if (root === 'now' || root === 'today') {
    refuseFieldsOf(root, names)
    return { kind: root, type: { kind: root === 'now' ? 'datetime' : 'date' }, start, end }
  }
  const known = root === 'user' && names.length === 1 ? ofSignIn.get(names[0]?.name ?? '') : undefined
  if (known !== undefined) {
    refuseWithoutUser(syntax, context)
    return { ...known, start, end }
  }
  const { root: from, hops, field, type } = resolve(syntax, context)
  return { kind: 'path', root: from, hops, field, type, start, end }
}

/** Checks a path that must reach many records: the first argument of a quantifier or of `count`. */
export function checkManyPath(syntax: Syntax, context: Context): ManyPath {
  if (syntax.kind !== 'path') throw new ExpressionError('the first argument is a relation to many records', syntax)
  if (syntax.root === 'now' || syntax.root === 'today')
    throw new ExpressionError(`\`@${syntax.root}\` is not a relation to many records`, syntax)
  const { root, hops, collection, field, type } = resolve(syntax, context)
  if (type.kind === 'record')
    throw new ExpressionError(
      `${quote(context, syntax)} reaches one record only: write its fields after a \`.\``,
      syntax,
    )
  if (type.kind !== 'records')
    throw new ExpressionError(`\`${field}\` is ${describeType(type)}, not a relation to many records`, syntax)
  return { root, hops, collection, field, to: type.collection }
}

function resolve(syntax: PathSyntax, context: Context): Resolved {
  const { root, collection } = startOf(syntax, context)
  const hops: Hop[] = []
  let at = collection
  for (const name of syntax.names.slice(0, -1)) {
    const hop = checkHop(name, at, root, context)
    hops.push(hop)
    at = hop.to
  }
  const last = syntax.names.at(-1)
  if (last === undefined) throw missingField(syntax)
  const { type, inverse = false } = fieldOf(last, at, root, context)
  if (type.kind === 'record' && inverse) hops.push({ collection: at, field: last.name, to: type.collection })
  refuseTooManyHops(syntax, root, hops.length + (type.kind === 'records' ? 1 : 0), context)
  if (type.kind === 'record' && inverse) return { root, hops, collection: type.collection, field: 'id', type }
  return { root, hops, collection: at, field: last.name, type }
}

function startOf(syntax: PathSyntax, context: Context): { readonly root: PathRoot; readonly collection: string } {
  const { root } = syntax
  if (root === 'user') {
    refuseWithoutUser(syntax, context)
    return { root, collection: 'users' }
  }
  if (root === 'old') {
    if (context.inQuantifier) throw new ExpressionError('`@old` cannot stand inside any, all or none', rootSpan(syntax))
    if (!context.scope.old || context.scope.record === null)
      throw new ExpressionError('`@old` means something in update rules only', rootSpan(syntax))
    return { root, collection: context.scope.record }
  }
  if (root === 'channel') {
    if (context.scope.channel === undefined)
      throw new ExpressionError('`@channel` means something in rules of channels only', rootSpan(syntax))
    return { root, collection: context.scope.channel }
  }
  if (root !== null) throw unknownRoot(syntax, root)
  if (context.record === null) {
    const known = context.scope.channel === undefined ? '@user, @now or @today' : '@channel, @user, @now or @today'
    throw new ExpressionError(`there is no record here, so there are no fields; use ${known}`, syntax)
  }
  return { root: 'record', collection: context.record }
}

function checkHop(name: Name, collection: string, root: PathRoot, context: Context): Hop {
  const { type } = fieldOf(name, collection, root, context)
  if (type.kind === 'records')
    throw new ExpressionError(
      `\`${name.name}\` reaches many records: write any(${name.name}, …) with a condition about one of them`,
      name,
    )
  const isId = isOwnId(name, collection, context)
  if (type.kind !== 'record' || isId)
    throw new ExpressionError(
      `\`${name.name}\` is ${isId ? 'an id' : describeType(type)}, so nothing can follow it after a \`.\``,
      name,
    )
  return { collection, field: name.name, to: type.collection }
}

/** Every record has an `id`; a channel is none, and may call a parameter so. */
const isOwnId = (name: Name, collection: string, { scope }: Context): boolean =>
  name.name === 'id' && collection !== scope.channel

function fieldOf(name: Name, collection: string, root: PathRoot, context: Context): ScopeField {
  const { scope } = context
  // Everyone knows their own id, also those who may not see the collection `users`.
  if (root === 'user' && collection === 'users' && name.name === 'id') return { type: { kind: 'record', collection } }
  const field = scope.lookup(collection, name.name)
  if (field !== undefined) return isOwnId(name, collection, context) ? { type: { kind: 'record', collection } } : field
  const others = root === 'user' && collection === 'users' ? ofSignIn.keys() : []
  const suggestion = suggest(name.name, [...scope.names(collection), ...others])
  if (root === 'channel' && collection === scope.channel) throw unknownParameter(name, suggestion)
  throw new ExpressionError(`unknown field \`${name.name}\`${didYouMean(suggestion)}`, name, suggestion)
}

const unknownParameter = (name: Name, suggestion: string | undefined): ExpressionError =>
  new ExpressionError(`this channel has no parameter \`${name.name}\`${didYouMean(suggestion)}`, name, suggestion)

/** Within a quantifier, a path from its record goes on where the quantifier's own path ended. */
function refuseTooManyHops(syntax: Span, root: PathRoot, own: number, { hops, limits }: Context): void {
  if ((root === 'record' ? hops : 0) + own <= limits.hops) return
  throw new ExpressionError(`at most ${limits.hops} steps through relations are allowed`, syntax)
}

function refuseWithoutUser(syntax: PathSyntax, { scope }: Context): void {
  if (!scope.user) throw new ExpressionError('`@user` is not available here', rootSpan(syntax))
}

function refuseFieldsOf(root: string, names: readonly Name[]): void {
  const [first] = names
  if (first !== undefined) throw new ExpressionError(`\`@${root}\` is a time and has no fields`, first)
}

function missingField(syntax: PathSyntax): ExpressionError {
  if (syntax.root === 'user')
    return new ExpressionError('say what of the user, for example `@user.id`', syntax, '@user.id')
  if (syntax.root === 'channel')
    return new ExpressionError('say which parameter of the channel, for example `@channel.id` in `room:{id}`', syntax)
  return new ExpressionError(`say which field, for example \`@${syntax.root}.id\``, syntax)
}

function unknownRoot(syntax: PathSyntax, root: string): ExpressionError {
  const meant = rootWords.get(root) ?? suggest(root, ['user', 'now', 'today', 'old', 'channel'])
  const suggestion = meant === undefined ? undefined : `@${meant}`
  return new ExpressionError(`unknown \`@${root}\`${didYouMean(suggestion)}`, rootSpan(syntax), suggestion)
}

const rootSpan = ({ start, root }: PathSyntax): Span => ({ start, end: start + 1 + (root ?? '').length })
