import type { SchemaDocument } from '../document/schema-document.ts'
import { errors } from '../errors/errors.ts'
import type { Fault, Problem } from '../errors/problem.ts'
import { checkSchema } from '../model/check-schema.ts'
import type { Checked, SchemaInput } from './schema-input.ts'

/**
 * A schema in TypeScript. Its type keeps every name and choice, so it types a client: `createClient<typeof schema>`.
 * Checked when it is evaluated.
 *
 * @throws Problem `invalidSchema`: the sentence names each fault and its place, `errors` holds them apart
 *
 * @example
 * const schema = defineSchema({
 *   collections: { posts: { fields: { title: { type: 'text', required: true } } } },
 * })
 * schema.collections.posts.fields.title.required // true
 */
export function defineSchema<const Input extends SchemaInput>(schema: Input & Checked<Input>): Input {
  completeSchema(schema)
  return schema
}

/**
 * The whole document that a schema in TypeScript stands for; its version is 0 unless it says otherwise.
 *
 * @throws Problem `invalidSchema`, as `defineSchema`
 */
export function completeSchema(input: unknown): SchemaDocument {
  const { model, faults } = checkSchema(input)
  if (model === undefined) throw faultySchema(faults)
  return model.document
}

function faultySchema(faults: readonly Fault[]): Problem {
  const problem = errors.invalidSchema({ errors: faults })
  problem.message = ['The schema has faults:', ...faults.map(({ path, message }) => `- ${path}: ${message}`)].join('\n')
  return problem
}
