import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { channelWorld } from '../server/test/realtime/channels/channel-fixture.ts'
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

describe('a Redis', () => {
  const lobby = { permissions: { anonymous: { join: true, broadcast: true, presence: true } } }
  const openWorld = (url: string) => channelWorld({ collections: {}, channels: { lobby } }, () => redisCarrier(url))

  it('that crashes has everybody join again, and goes on when it is back', async () => {
    const world = await openWorld(redis.url)
    const [one, two] = [world.one.client(), world.two.client()]
    await one.call('join', { channel: 'lobby' })
    await two.call('join', { channel: 'lobby' })
    await redis.restart()
    expect(await one.event('rejoin')).toMatchObject({ channel: 'lobby', reason: 'missed' })
    expect(await two.event('rejoin')).toMatchObject({ channel: 'lobby', reason: 'missed' })
    await one.call('join', { channel: 'lobby' })
    await two.call('join', { channel: 'lobby' })
    await one.call('broadcast', { channel: 'lobby', event: 'after', payload: 1 })
    expect(await two.event('broadcast')).toMatchObject({ event: 'after' })
    await world.close()
  })

  it('that is not there is said to be away, and nobody waits for it', async () => {
    const world = await channelWorld({ collections: {}, channels: { lobby } }, async () => ({
      redisUrl: 'redis://127.0.0.1:1/0',
      loseCopyOf: async () => {},
      loseEverything: async () => {},
      close: async () => {},
    }))
    expect(await world.one.client().refusal('join', { channel: 'lobby' })).toBe('unavailable')
    await world.close()
  })
})
