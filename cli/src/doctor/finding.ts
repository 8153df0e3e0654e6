/** Something that a person should know of. */
export interface Finding {
  /** `fault`: it does not work. `warning`: it is likely wrong. `advice`: it may be better. */
  readonly level: 'fault' | 'warning' | 'advice'
  /** Stable, for programs. */
  readonly code: string
  readonly message: string
  /** The command that mends it; null where a person has to decide. */
  readonly mend: string | null
}
