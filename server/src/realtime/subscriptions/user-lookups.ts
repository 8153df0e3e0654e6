import { childrenOf, type Expression } from '@plinth/schema'

/** What a verdict needs to know about the user who asks. */
export interface UserNeeds {
  /** Fields of the user's record, without `id`. */
  readonly fields: ReadonlySet<string>
  /** Whether the user's id is asked for. */
  readonly id: boolean
  /**
   * Where the id is only ever compared with fields of the record and with fixed ids: those. Then all users whose id is none
   * of these get the same verdict, and who the others are is looked up. Null where the id is used otherwise.
   */
  readonly lookups: Lookups | null
}

export interface Lookups {
  readonly fields: ReadonlySet<string>
  readonly ids: ReadonlySet<string>
}

/** Works out how expressions depend on the user. */
export function userNeeds(expressions: readonly Expression[]): UserNeeds {
  const found = { fields: new Set<string>(), id: false, lookups: { fields: new Set<string>(), ids: new Set<string>() } }
  const isPlain = expressions.every((expression) => collect(expression, found))
  return { ...found, lookups: isPlain ? found.lookups : null }
}

interface Found {
  readonly fields: Set<string>
  id: boolean
  readonly lookups: { readonly fields: Set<string>; readonly ids: Set<string> }
}

/** False where the id is used in another way than compared with fields and fixed ids. */
function collect(expression: Expression, found: Found): boolean {
  const compared = comparedValues(expression)
  if (compared?.some(isUserId)) {
    found.id = true
    return compared.every((value) => collectCompared(value, found))
  }
  if (expression.kind === 'path' && expression.root === 'user') {
    if (expression.field === 'id') found.id = true
    else found.fields.add(expression.field)
    return expression.field !== 'id'
  }
  return childrenOf(expression)
    .map((child) => collect(child, found))
    .every(Boolean)
}

/** The values that are tested for being the same: `=`, or `in` a list that is written out. */
function comparedValues(expression: Expression): readonly Expression[] | null {
  if (expression.kind === 'compare' && expression.operator === '=') return [expression.left, expression.right]
  if (expression.kind === 'in' && expression.right.kind === 'list') return [expression.left, ...expression.right.items]
  return null
}

function collectCompared(value: Expression, { lookups }: Found): boolean {
  if (isUserId(value)) return true
  if (value.kind === 'literal') {
    if (value.value !== null) lookups.ids.add(String(value.value))
    return true
  }
  if (value.kind !== 'path' || value.root !== 'record') return false
  lookups.fields.add(value.field)
  return true
}

const isUserId = (expression: Expression): boolean =>
  expression.kind === 'path' && expression.root === 'user' && expression.hops.length === 0 && expression.field === 'id'
