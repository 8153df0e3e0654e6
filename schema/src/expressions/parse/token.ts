import type { Span } from '../syntax-tree.ts'

/** A word of an expression. The last token of every text is `end`. */
export type Token = Span & {
  /** `root` is a name after `@`; `value` is the text without it. Symbols carry themselves as `value`. */
  readonly kind: 'name' | 'root' | 'text' | 'number' | 'duration' | 'symbol' | 'end'
  readonly value: string
}
