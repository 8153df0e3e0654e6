const kinds = [
  "{ type: 'text', required: true }",
  "{ type: 'text', maxLength: 200 }",
  "{ type: 'integer', default: 0 }",
  "{ type: 'decimal', precision: 12, scale: 2 }",
  "{ type: 'boolean', default: false }",
  "{ type: 'datetime' }",
  "{ type: 'date' }",
  "{ type: 'select', options: ['draft', 'review', 'published'], required: true, default: 'draft' }",
  "{ type: 'multiselect', options: ['red', 'green', 'blue'] }",
  "{ type: 'json' }",
]

/** A program that uses each of many collections in many ways, written over one schema of `collections` times `fields`. */
export function largeClient(collections: number, fields: number, how: 'code' | 'generated'): string {
  const names = Array.from({ length: collections }, (_, i) => `c${i}`)
  const fieldsOf = (i: number): string =>
    Array.from({ length: fields - 3 }, (_, f) => `f${f}: ${kinds[f % kinds.length]}`)
      .concat(
        `parent: { type: 'relation', to: 'c${(i + 1) % collections}', inverse: 'children', required: true }`,
        `other: { type: 'relation', to: 'c${(i + 7) % collections}', inverse: 'others' }`,
        `many: { type: 'relation', to: 'c${(i + 13) % collections}', many: true, inverse: 'many_of' }`,
      )
      .join(', ')
  const permissions = `{ authenticated: { create: true, read: "f7 = 'published'", set: { f0: '@user.id' }, hide: ['f9'] } }`
  const body = names
    .map((name, i) => `${name}: { fields: { ${fieldsOf(i)} }, permissions: ${permissions} }`)
    .join(',\n')
  const schema =
    how === 'code'
      ? `import { defineSchema } from '@plinth/schema'\nconst schema = defineSchema({ collections: {\n${body}\n} })\ntype Schema = typeof schema`
      : `type Schema = { collections: {\n${body}\n} }`
  return `import { type Client, createClient, expr, type SchemaShape } from '@plinth/sdk'\n${schema}\nexport const db = createClient<Schema>('http://x')\n${handOver}\n${names.map(useOf).join('\n')}\n`
}

/** To one that takes any client, and by way of a type. */
const handOver = `export const same: Client<Schema> = createClient('http://x')
declare function take<S extends SchemaShape>(client: Client<S>): S
export const taken = () => [take(db), take(same)]`

const useOf = (name: string): string => `export async function use_${name}() {
  const page = await db.${name}.list({
    where: { f7: 'draft', f2: { gt: 3 }, parent: { parent: { f0: { contains: 'x' } } }, children: { any: { f4: true } }, OR: [{ f1: null }, expr\`f2 = \${1}\`] },
    select: { f0: true, f3: true, parent: { select: { f1: true, other: ['f7'] } }, children: { select: ['f0', 'f8'], sort: '-created', limit: 3 } },
    sort: ['-f5', 'parent.f0'], count: 'exact',
  })
  const item = page.items[0]
  const record = await db.${name}.get('x')
  const made = await db.${name}.create({ f10: 'a', f20: 'b', f7: 'review', parent: 'x', many: ['y'] })
  const changed = await db.${name}.update('x', { 'f2+': 1, '+many': ['z'], f8: ['red'] }, { select: ['id', 'rev'] })
  return [item?.parent?.other?.f7, item?.children[0]?.f8, record.f6, made.f2, changed.rev, page.count]
}`
