import { createClient } from '@redis/client'
import { prefix, redisKeys, sweepScript } from '../../../src/realtime/channels/redis/redis-keys.ts'
import type { Carrier } from './channel-fixture.ts'

/** Channels through a Redis. */
export async function redisCarrier(url: string): Promise<Carrier> {
  const client = createClient({ url })
  // It may be restarted.
  client.on('error', () => {})
  await client.connect()
  return {
    redisUrl: url,
    loseCopyOf: async (member) => {
      for (const copy of await client.sMembers(redisKeys.copies)) {
        if ((await client.hExists(redisKeys.members(copy), member)) === 0) continue
        // As if it had given no sign of life for so long that another copy sweeps.
        const keys = [redisKeys.copies, redisKeys.events]
        await client
          .multi()
          .del(redisKeys.alive(copy))
          .eval(sweepScript, { keys, arguments: [prefix] })
          .exec()
      }
    },
    loseEverything: async () => {
      await client.flushDb()
    },
    close: async () => client.destroy(),
  }
}
