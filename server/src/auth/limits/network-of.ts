import { isIPv6 } from 'node:net'

/** A household gets 2^64 addresses of IPv6, so its network is what counts. */
export function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!isIPv6(plain)) return plain
  const { hostname } = new URL(`http://[${plain.split('%')[0]}]`)
  return expand(hostname.slice(1, -1)).slice(0, 4).join(':')
}

function expand(address: string): readonly string[] {
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  if (tail === undefined) return left
  const right = tail === '' ? [] : tail.split(':')
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
}
