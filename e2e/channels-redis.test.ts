import { afterAll, beforeAll, describe } from 'vitest'
import { redisCarrier } from '../server/test/realtime/channels/redis-carrier.ts'
import { testChannels } from '../server/test/realtime/channels/test-channels.ts'
import { type ScratchRedis, startScratchRedis } from './support/scratch-redis.ts'

let redis: ScratchRedis
beforeAll(async () => {
  redis = await startScratchRedis()
})
afterAll(() => redis?.stop())

describe('channels through Redis', () => {
  testChannels(() => redisCarrier(redis.url))
})
