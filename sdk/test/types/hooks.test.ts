import { expectTypeOf, it } from 'vitest'
import type { PlinthError, RecordOf } from '../../src/index.ts'
import { createHooks } from '../../src/react/index.ts'
import type { schema } from '../suite/schema.ts'

const { useQuery, useRecord, useMutation, useAuth } = createHooks<typeof schema>()

// Never called: `tsc` alone judges.
function Component() {
  const { data, error } = useQuery('posts', { select: { title: true, author: ['name'] }, count: 'exact' })
  const record = useRecord('posts', null, { select: ['views'] })
  const { update, create } = useMutation('posts')
  // @ts-expect-error there is no such field
  useQuery('posts', { where: { titel: 'x' } })
  // @ts-expect-error there is no such collection
  useQuery('post')
  // @ts-expect-error there is no such field
  void update('x', { titel: 'x' })
  // @ts-expect-error a required field is missing
  void create({})
  return { data, error, record: record.data, made: create({ title: 'x' }), user: useAuth().user }
}

it('hooks infer what the calls of a client infer', () => {
  type Seen = ReturnType<typeof Component>
  type Page = NonNullable<Seen['data']>
  expectTypeOf<Page['items'][number]>().toEqualTypeOf<{ title: string; author: { name: string | null } }>()
  expectTypeOf<Page['count']>().toEqualTypeOf<number>()
  expectTypeOf<Seen['error']>().toEqualTypeOf<PlinthError | null>()
  expectTypeOf<Seen['record']>().toEqualTypeOf<{ views: number | null } | undefined>()
  expectTypeOf<Seen['made']>().toEqualTypeOf<Promise<RecordOf<typeof schema, 'posts'>>>()
})
