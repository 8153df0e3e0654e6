/** Where a piece of an expression stands in its text: character offsets, `end` exclusive. */
export interface Span {
  readonly start: number
  readonly end: number
}

export type CompareOperator = '=' | '!=' | '<' | '<=' | '>' | '>='
export type FunctionName = 'lower' | 'length' | 'startsWith' | 'endsWith' | 'changed' | 'distance' | 'search'
export type Quantifier = 'any' | 'all' | 'none'

/** What the parser makes of the text, before names and types are known. */
export type Syntax = Span &
  (
    | { readonly kind: 'text' | 'number' | 'duration'; readonly value: string }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'null' }
    | { readonly kind: 'list'; readonly items: readonly Syntax[] }
    /** `author.team.name`, `@user.id`, `@old.status`, `@now`: `root` is the word after `@`, or null. */
    | {
        readonly kind: 'path'
        readonly root: string | null
        readonly names: readonly (Span & { readonly name: string })[]
      }
    | { readonly kind: 'call'; readonly name: string; readonly nameSpan: Span; readonly args: readonly Syntax[] }
    | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: Syntax; readonly right: Syntax }
    | { readonly kind: 'not'; readonly of: Syntax }
  )

export type BinaryOperator = CompareOperator | '~' | '!~' | 'in' | 'not in' | '&&' | '||' | '+' | '-'
