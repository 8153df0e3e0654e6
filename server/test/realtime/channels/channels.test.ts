import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepEvents } from '../../../src/realtime/channels/postgres/channel-statements.ts'
import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts'
import type { Carrier } from './channel-fixture.ts'
import { testChannels } from './test-channels.ts'

describe('channels through PostgreSQL', () => {
  testChannels(async (database): Promise<Carrier> => {
    const run = (text: string, ...values: unknown[]) => database.run({ text, values })
    return {
      redisUrl: null,
      loseCopyOf: async (member) => {
        await run(
          'delete from plinth.channel_copies where id = (select copy from plinth.channel_members where id = $1::uuid)',
          member,
        )
      },
      loseEverything: async () => {
        await run('truncate plinth.channel_copies, plinth.channel_members, plinth.channel_events restart identity')
      },
      close: async () => {},
    }
  })
})

describe('what is kept', () => {
  let test: TestDatabase
  beforeAll(async () => {
    test = await createTestDatabase()
  })
  afterAll(() => test.drop())

  it('is the latest of each channel that keeps some, and nothing else for longer than it takes to be read', async () => {
    const { database } = test
    const run = (text: string) => database.run({ text, values: [] })
    await run('truncate plinth.channel_events')
    await run(`
      insert into plinth.channel_events (copy, kind, channel, member, event, payload, keep, at)
      select gen_random_uuid(), 'broadcast', channel, gen_random_uuid(), channel || n, 'null', keep, now() - age
      from (values
        ('kept', 2, interval '1 minute'), ('fleeting', 0, interval '1 minute'), ('fresh', 0, interval '1 second'),
        ('old', 2, interval '2 days'), ('new', 1, interval '1 second')
      ) channels (channel, keep, age), generate_series(1, 3) n`)
    await database.run(sweepEvents)
    const left = await run('select event from plinth.channel_events order by event')
    expect(left.flat()).toEqual(['fresh1', 'fresh2', 'fresh3', 'kept2', 'kept3', 'new1', 'new2', 'new3'])
  })
})
