import { type Expression, foldAbsentUser, mentionsRoot } from '@plinth/schema'
import { sql } from '../../database/sql.ts'
import { compileCondition } from '../../query/compile-expression.ts'
import type { Compiler } from '../../query/compiler.ts'
import type { Sql } from '../../query/run.ts'

/** A rule with each part's outcome, as it is shown to whoever asks why. */
export interface ExplainedPart {
  /** The part as it is written in the rule. */
  readonly text: string
  readonly result: boolean
  /** There for updates: whether it also holds for the record as it was. */
  readonly before?: boolean
  /** Whether it is false only because nobody is signed in. */
  readonly needsUser?: true
  readonly parts?: readonly ExplainedPart[]
}

/** Conditions to ask PostgreSQL, and how their answers become a tree. */
export interface Questions {
  readonly conditions: readonly Sql[]
  present(answers: readonly boolean[]): ExplainedPart
}

interface Situation {
  readonly text: string
  readonly hasUser: boolean
  readonly compiler: Compiler
  /** For updates: the old record in the place of the new one. */
  readonly before: Compiler | null
}

/** Takes a rule apart at its `&&`, `||` and `!`: every part is asked about on its own. */
export function questionsAbout(expression: Expression, situation: Situation): Questions {
  const settled = situation.hasUser ? expression : foldAbsentUser(expression)
  const compilers = situation.before ? [situation.compiler, situation.before] : [situation.compiler]
  const own = compilers.map((compiler) => sql`(${compileCondition(settled, compiler)})`)
  const parts = partsOf(expression).map((part) => questionsAbout(part, situation))
  return {
    conditions: [...own, ...parts.flatMap((part) => part.conditions)],
    present: (answers) => present(expression, situation, own.length, parts, answers),
  }
}

function present(
  expression: Expression,
  { text, hasUser }: Situation,
  own: number,
  parts: readonly Questions[],
  answers: readonly boolean[],
): ExplainedPart {
  let at = own
  const explained = parts.map((part) => {
    const from = at
    at += part.conditions.length
    return part.present(answers.slice(from, at))
  })
  const needsUser = !hasUser && explained.length === 0 && mentionsRoot(expression, 'user')
  return {
    text: text.slice(expression.start, expression.end),
    result: answers[0] === true,
    ...(own > 1 && { before: answers[1] === true }),
    ...(needsUser && { needsUser }),
    ...(explained.length > 0 && { parts: explained }),
  }
}

function partsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'and' || expression.kind === 'or') return expression.items
  return expression.kind === 'not' && ['and', 'or'].includes(expression.of.kind) ? [expression.of] : []
}
