import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { isKnown } from './etag.ts'
import type { Handler } from './http-request.ts'

interface Loaded {
  readonly plain: Buffer
  readonly gzipped: Buffer
  readonly etag: string
}

const compress = promisify(gzip)

/**
 * Answers one file of ours. It is read and compressed when it is first asked for, and kept; browsers keep it too, and ask
 * by its ETag whether it is still the same.
 */
export function staticFile(find: () => URL, type: string, headers: Readonly<Record<string, string>> = {}): Handler {
  let loading: Promise<Loaded> | null = null
  return async (req, res) => {
    loading ??= load(find)
    const { plain, gzipped, etag } = await loading.catch((error: unknown) => {
      loading = null
      throw error
    })
    const common = {
      ...headers,
      ETag: etag,
      'Cache-Control': 'no-cache',
      Vary: 'Accept-Encoding',
      'X-Content-Type-Options': 'nosniff',
      'X-Request-Id': req.requestId,
    }
    if (isKnown(req.headers['if-none-match'], etag)) {
      res.writeHead(304, common).end()
      return
    }
    const takesGzip = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:,|$))/.test(String(req.headers['accept-encoding'] ?? ''))
    const body = takesGzip ? gzipped : plain
    const encoding = takesGzip ? { 'Content-Encoding': 'gzip' } : {}
    res.writeHead(200, { ...common, ...encoding, 'Content-Type': type, 'Content-Length': body.length }).end(body)
  }
}

async function load(find: () => URL): Promise<Loaded> {
  const plain = await readFile(find())
  return { plain, gzipped: await compress(plain), etag: `W/"${hash('sha1', plain, 'base64url')}"` }
}
