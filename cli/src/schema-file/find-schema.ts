import { type Comment, type Expression, type Program, parseSync, type Statement } from 'oxc-parser'
import { CliError } from '../cli-error.ts'

/** A schema file as text and as tree: positions of the tree are places in the text. */
export interface ParsedFile {
  readonly path: string
  readonly source: string
  readonly comments: readonly Comment[]
  /** The expression that is the schema: the argument of `defineSchema`, or what is exported. */
  readonly schema: Expression
}

/** @throws CliError where it is no TypeScript, or exports no schema */
export function findSchema(path: string, source: string): ParsedFile {
  const { program, comments, errors } = parseSync(path, source)
  const [error] = errors
  if (error !== undefined) {
    const at = error.labels[0] === undefined ? path : `${path}:${lineAndColumn(source, error.labels[0].start)}`
    throw new CliError(`${at} cannot be read: ${error.message}`)
  }
  const schema = findCall(program) ?? findDefaultExport(program)
  if (schema === undefined)
    throw new CliError(
      `${path} holds no schema: write "export default defineSchema({ … })", or run "plinth schema pull".`,
    )
  return { path, source, comments, schema: unwrap(schema) }
}

/** `14:3` */
export function lineAndColumn(source: string, offset: number): string {
  const before = source.slice(0, offset)
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`
}

/** `defineSchema(…)` of a statement at the top of the file. */
function findCall(program: Program): Expression | undefined {
  for (const statement of program.body) {
    for (const expression of expressionsOf(statement)) {
      const call = unwrap(expression)
      const isCall =
        call.type === 'CallExpression' && call.callee.type === 'Identifier' && call.callee.name === 'defineSchema'
      const [argument] = isCall ? call.arguments : []
      if (argument !== undefined && argument.type !== 'SpreadElement') return argument
    }
  }
  return undefined
}

function expressionsOf(statement: Statement): readonly Expression[] {
  if (statement.type === 'ExportNamedDeclaration' && statement.declaration !== null)
    return expressionsOf(statement.declaration)
  if (statement.type === 'VariableDeclaration')
    return statement.declarations.flatMap(({ init }) => (init === null ? [] : [init]))
  const exported = statement.type === 'ExportDefaultDeclaration' ? statement.declaration : undefined
  return exported !== undefined && isExpression(exported) ? [exported] : []
}

function findDefaultExport(program: Program): Expression | undefined {
  const exported = program.body.find((statement) => statement.type === 'ExportDefaultDeclaration')?.declaration
  if (exported === undefined || !isExpression(exported)) return undefined
  return unwrap(exported).type === 'ObjectExpression' ? exported : undefined
}

const isExpression = (node: { readonly type: string }): node is Expression =>
  !node.type.endsWith('Declaration') && node.type !== 'ClassDeclaration'

/** The expression without parentheses and type annotations around it. */
export function unwrap(expression: Expression): Expression {
  switch (expression.type) {
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return unwrap(expression.expression)
    default:
      return expression
  }
}
