import fc from 'fast-check'
import { worldSchema } from './hostile-world.ts'

type Json = unknown

const words = fc.constantFrom(
  'posts',
  'tags',
  'users',
  'title',
  'views',
  'text',
  'integer',
  'decimal',
  'relation',
  'view',
  'table',
  'computed',
  'select',
  'name',
  'id',
  'order',
  '',
  'Ä',
  'a'.repeat(64),
  'pg_x',
  '__proto__',
  'constructor',
  "it's",
  '"; drop table posts; --',
  'views + 1',
  'views > 1',
  "title ~ 'x'",
  'author = @user.id',
  'changed(title)',
  'select id, created as title from public.posts',
  'select 1; drop table public.posts',
  'restrict',
  'cascade',
  'setNull',
  'de',
  'xx',
  'a\u0000',
  '\ud800',
)
const names = fc.constantFrom(
  'posts',
  'tags',
  'notes',
  'title',
  'views',
  'label',
  'type',
  'to',
  'many',
  'required',
  'unique',
  'default',
  'options',
  'min',
  'max',
  'minLength',
  'maxLength',
  'pattern',
  'precision',
  'scale',
  'inverse',
  'onDelete',
  'expression',
  'result',
  'kind',
  'sql',
  'fields',
  'indexes',
  'permissions',
  'read',
  'create',
  'update',
  'hide',
  'readIf',
  'writeIf',
  'set',
  'collation',
  'hidden',
  'readonly',
  'inherits',
  'x',
)
const field: fc.Arbitrary<Json> = fc.record(
  {
    type: fc.constantFrom(
      'text',
      'integer',
      'decimal',
      'float',
      'boolean',
      'date',
      'datetime',
      'json',
      'uuid',
      'email',
      'autonumber',
      'geopoint',
      'slug',
      'nonsense',
    ),
    required: fc.boolean(),
    unique: fc.boolean(),
    default: fc.oneof(words, fc.integer(), fc.boolean()),
    maxLength: fc.constantFrom(1, 50, 1_000_000, -1, 1.5),
  },
  { requiredKeys: ['type'] },
)
const leaf: fc.Arbitrary<Json> = fc.oneof(
  { weight: 4, arbitrary: words },
  { weight: 4, arbitrary: field },
  fc.constantFrom(true, false, null, 0, -1, 1, 5, 1e300, 2 ** 53, [], {}),
  fc.array(words, { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 3 }),
)

interface Edit {
  /** Which way to go at each level; where it ends, something is changed. */
  readonly way: readonly number[]
  readonly change: 'set' | 'add' | 'remove'
  readonly name: string
  readonly value: Json
}
const edit: fc.Arbitrary<Edit> = fc.record({
  way: fc.array(fc.nat(50), { minLength: 1, maxLength: 6 }),
  change: fc.constantFrom('set', 'add', 'add', 'remove'),
  name: names,
  value: leaf,
})

function edited(at: Json, { way, ...rest }: Edit): Json {
  const [first, ...others] = way
  if (first === undefined || typeof at !== 'object' || at === null) return rest.value
  const entries = Object.entries(at)
  const [key = rest.name] = entries[first % Math.max(1, entries.length)] ?? []
  if (others.length > 0 && entries.length > 0)
    return withMember(at, key, edited(Reflect.get(at, key), { way: others, ...rest }))
  if (rest.change === 'add') return withMember(at, rest.name, rest.value)
  if (rest.change === 'set') return withMember(at, key, rest.value)
  return Object.fromEntries(entries.filter(([name]) => name !== key))
}

const withMember = (at: object, key: string, value: Json): Json =>
  Array.isArray(at) ? at.map((each, i) => (String(i) === key ? value : each)) : { ...at, [key]: value }

/** The documents of the test's world with some parts changed at random, and now and then something else altogether. */
const schema: fc.Arbitrary<Json> = fc.oneof(
  { weight: 12, arbitrary: fc.array(edit, { maxLength: 3 }).map((edits) => edits.reduce<Json>(edited, worldSchema)) },
  fc.jsonValue(),
)

export interface RandomPlan {
  readonly schema: Json
  readonly renames: Json
  /** Added to the version that is current. */
  readonly ahead: number
  readonly accept: 'all' | 'none' | Json
}

export const randomPlan: fc.Arbitrary<RandomPlan> = fc.record({
  schema,
  renames: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    fc.array(fc.record({ collection: words, from: words, to: names }, { requiredKeys: ['from', 'to'] }), {
      maxLength: 2,
    }),
    leaf,
  ),
  ahead: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constantFrom(1, -1, 0.5, 1e9)),
  accept: fc.oneof({ weight: 6, arbitrary: fc.constant('all' as const) }, fc.constant('none' as const), leaf),
})
