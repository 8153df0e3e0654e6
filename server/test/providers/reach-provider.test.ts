import { lookup } from 'node:dns/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { isPrivateAddress } from '../../src/auth/providers/private-networks.ts'
import { reachProvider } from '../../src/auth/providers/reach-provider.ts'

let server: Server
let url = ''
let handle: RequestListener = (_req, res) => res.end()
let asked: string[] = []

beforeAll(async () => {
  server = createServer((req, res) => {
    asked.push(req.url ?? '')
    handle(req, res)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // `listen` has set it.
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const request = { method: 'GET', headers: {} }
const strict = reachProvider({ privateNetworks: false })
const lenient = reachProvider({ privateNetworks: true })

const own = await lookup(hostname()).catch(() => null)

describe('where a provider may be', () => {
  test.each([
    'https://127.0.0.1/',
    'https://localhost/',
    'https://LOCALHOST/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:a9fe:a9fe]/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://172.16.0.1/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.100.100.200/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
  ])('is not in a private network unless that is allowed: %s', async (address) => {
    await expect(strict(address, request)).rejects.toThrow('The provider is in a private network')
  })

  // Wherever this machine has a name that leads to itself or into its network.
  test.skipIf(own === null || !isPrivateAddress(own.address))('is judged when its name is looked up', async () => {
    asked = []
    await expect(strict(`https://${hostname()}:${new URL(url).port}/`, request)).rejects.toThrow('private network')
    expect(asked).toEqual([])
  })

  test('is reached by https, but on this machine where that is allowed', async () => {
    for (const address of [
      'http://example.com/',
      'http://169.254.169.254/',
      'ftp://example.com/',
      'file:///etc/passwd',
    ])
      await expect(lenient(address, request)).rejects.toThrow('Providers are reached by https.')
    await expect(strict(url, request)).rejects.toThrow('Providers are reached by https.')
    expect((await lenient(url, request)).status).toBe(200)
  })

  test.each(['8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '192.167.1.1', '2606:4700::1111', '::ffff:8.8.8.8'])(
    'may be in the internet: %s',
    (address) => expect(isPrivateAddress(address)).toBe(false),
  )
})

describe('what a provider answers', () => {
  test('leads nowhere else: a redirect is not followed', async () => {
    asked = []
    handle = (_req, res) => res.writeHead(302, { Location: '/elsewhere' }).end()
    const answer = await lenient(`${url}/start`, request)
    expect([answer.status, asked]).toEqual([302, ['/start']])
  })

  test('may not be long', async () => {
    handle = (_req, res) => {
      const more = (): void => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
        if (!res.destroyed) res.once('drain', more)
      }
      more()
    }
    await expect(lenient(url, request)).rejects.toThrow('The answer of the provider is too long.')
  })

  test.each<[string, RequestListener]>([
    ['not at all', () => {}],
    [
      'a little now and then, but never all of it',
      (_req, res) => {
        res.write('{')
        const drip = setInterval(() => res.write(' '), 20)
        res.once('close', () => clearInterval(drip))
      },
    ],
  ])('may not take long: it answers %s', async (_, listener) => {
    handle = listener
    const hurried = reachProvider({ privateNetworks: true, milliseconds: 200 })
    await expect(hurried(url, request)).rejects.toThrow(/abort|timeout/i)
  })

  test('may break off', async () => {
    handle = (req, res) => {
      res.writeHead(200, { 'Content-Length': '100' }).write('half')
      res.flushHeaders()
      setImmediate(() => req.socket.destroy())
    }
    await expect(lenient(url, request)).rejects.toThrow()
  })
})
