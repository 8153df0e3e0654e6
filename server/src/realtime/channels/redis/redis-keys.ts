/** Where in Redis things are. They have a database of Redis to themselves, or share it with what begins otherwise. */
export const prefix = 'plinth:channels:'

export const redisKeys = {
  /** A stream: what all copies have published within the last half a minute. */
  events: `${prefix}events`,
  /** A set: the copies that there are, or were a moment ago. */
  copies: `${prefix}copies`,
  /** Expires when the copy gives no sign of life. */
  alive: (copy: string): string => `${prefix}alive:${copy}`,
  /** Is gone when the others have taken the copy for gone. */
  known: (copy: string): string => `${prefix}known:${copy}`,
  /** A hash: member -> user and channel, for those who are present by this copy. */
  members: (copy: string): string => `${prefix}members:${copy}`,
  /** A hash: member -> user, state and since when, as JSON. */
  present: (channel: string): string => `${prefix}present:${channel}`,
  /** A stream: the latest messages of a channel that keeps some. */
  kept: (channel: string): string => `${prefix}kept:${channel}`,
} as const

/**
 * Lets the members of copies that are gone leave. A script is one step for Redis: however many copies run it, each member
 * leaves once. KEYS: copies, events. ARGV: the prefix. Answers how many have left.
 */
export const sweepScript = `
local left = 0
for _, copy in ipairs(redis.call('smembers', KEYS[1])) do
  if redis.call('exists', ARGV[1] .. 'alive:' .. copy) == 0 then
    local own = ARGV[1] .. 'members:' .. copy
    local members = redis.call('hgetall', own)
    for i = 1, #members, 2 do
      local user, channel = string.match(members[i + 1], '^(%S*) (.*)$')
      redis.call('hdel', ARGV[1] .. 'present:' .. channel, members[i])
      redis.call('xadd', KEYS[2], '*', 'copy', copy, 'kind', 'leave', 'channel', channel, 'member', members[i], 'user', user)
      left = left + 1
    end
    redis.call('del', own, ARGV[1] .. 'known:' .. copy)
    redis.call('srem', KEYS[1], copy)
  end
end
return left`
