import { BlockList, isIP } from 'node:net'

const notPublic = new BlockList()
// https://www.iana.org/assignments/iana-ipv4-special-registry and iana-ipv6-special-registry
const networks = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const
for (const [address, bits] of networks) notPublic.addSubnet(address, bits, 'ipv4')
const networks6 = [
  ['::', 127],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 9],
  ['ff00::', 8],
] as const
for (const [address, bits] of networks6) notPublic.addSubnet(address, bits, 'ipv6')

/** Whether an IP address is one that the internet does not reach: this machine, its network, a cloud's own services. */
export const isPrivateAddress = (address: string): boolean =>
  notPublic.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** Whether an address leads to this machine, so that nobody in between can read or change what is sent. */
export const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
