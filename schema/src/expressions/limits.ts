/** How large an expression may be. Everything downstream (SQL size, planning time, stack depth) is bounded by these. */
export interface ExpressionLimits {
  /** Length of the text in characters (code points). */
  readonly characters: number
  /** How deep brackets, lists, calls and `!` may nest. */
  readonly levels: number
  /** Steps through relations along one path, those of the quantifiers around it included. */
  readonly hops: number
}

export const defaultLimits: ExpressionLimits = { characters: 4000, levels: 32, hops: 4 }
