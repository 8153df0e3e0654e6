import { checkSchema, completeSchema, printSchema, sameJson, tidySchema, type SchemaDocument } from '@plinth/schema'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { asWritten } from '../cli/src/schema-file/as-written.ts'
import { findSchema } from '../cli/src/schema-file/find-schema.ts'
import { staticValue } from '../cli/src/schema-file/static-value.ts'
import { updateSource } from '../cli/src/schema-file/update-source.ts'
import { rawSchema, toCollections } from '../server/test/catalog/random-schema.ts'
import { everyField } from '../server/test/http/every-field.ts'

const documents = rawSchema.map((raw) => completeSchema({ collections: toCollections(raw) }))
const runs = { numRuns: 80 }

/** What a file says, as a document. */
const read = (source: string): SchemaDocument =>
  completeSchema(staticValue(findSchema('plinth.schema.ts', source).schema))

/** Everything of a document, with the order in which people see it. */
const essence = (document: SchemaDocument) => JSON.stringify({ ...tidySchema(document) })

function pull(source: string, document: SchemaDocument): string {
  const file = findSchema('plinth.schema.ts', source)
  const current = staticValue(file.schema)
  return updateSource(file, current, asWritten(document, current))
}

it('random schemas: a printed schema reads back as it was, and pulling it again changes nothing', () => {
  fc.assert(
    fc.property(documents, (document) => {
      const source = printSchema(document)
      expect(essence(read(source))).toBe(essence(document))
      expect(pull(source, document)).toBe(source)
    }),
    runs,
  )
})

it('random schemas: pulling one over the file of another reads back as the one that was pulled', () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      const source = pull(printSchema(before), after)
      const [read1, wanted] = [read(source), after]
      expect(sameJson(tidySchema(read1), tidySchema(wanted))).toBe(true)
      expect(Object.keys(read1.collections)).toEqual(Object.keys(wanted.collections))
      for (const [name, { fields }] of Object.entries(wanted.collections))
        expect(Object.keys(read1.collections[name]?.fields ?? {})).toEqual(Object.keys(fields))
      expect(pull(source, after)).toBe(source)
    }),
    runs,
  )
})

it('random schemas: comments of what stays are kept', () => {
  fc.assert(
    fc.property(documents, documents, (before, after) => {
      const source = pull(withComments(printSchema(before)), after)
      expect(sameJson(tidySchema(read(source)), tidySchema(after))).toBe(true)
      for (const [collection, { fields }] of Object.entries(before.collections))
        for (const field of Object.keys(fields)) {
          const stays = after.collections[collection]?.fields[field] !== undefined
          if (stays) expect(source).toContain(`// about ${collection}.${field}\n`)
        }
    }),
    runs,
  )
})

/** Puts a comment before each field. */
function withComments(source: string): string {
  let collection = ''
  const lines = source.split('\n').flatMap((line) => {
    collection = /^ {4}(\w+): \{$/.exec(line)?.[1] ?? collection
    const field = /^ {8}(\w+): /.exec(line)?.[1]
    return field === undefined ? [line] : [`        // about ${collection}.${field}`, line]
  })
  return lines.join('\n')
}

it('a schema with everything in it survives the way through a file', () => {
  const document = checkSchema(everyField).model?.document
  if (document === undefined) throw new Error('The schema of the test has faults.')
  expect(essence(read(printSchema(document)))).toBe(essence(document))
})
