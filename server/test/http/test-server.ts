import { connect, type Socket } from 'node:net'
import { readConfig } from '../../src/config.ts'
import type { Database } from '../../src/database/database.ts'
import { createLog, type ServerLog } from '../../src/observability/log.ts'
import { type Outside, startServer } from '../../src/server.ts'
import { createTestDatabase } from '../support/test-database.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // Tests look into whatever came back.
  readonly body: ReturnType<typeof JSON.parse>
}

export interface TestServer {
  readonly url: string
  readonly port: number
  readonly setupUrl: string | null
  readonly database: Database
  readonly databaseUrl: string
  /** Sends JSON and reads JSON. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  stop(): Promise<void>
}

export interface CallOptions {
  readonly body?: unknown
  /** Instead of `body`: sent as it is. */
  readonly raw?: string | Buffer
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

/** A whole server on a database of its own. It logs nothing unless it is given a log. */
export async function startTestServer(
  environment: Readonly<Record<string, string>> = {},
  log: ServerLog = createLog('silent'),
  outside: Outside = {},
): Promise<TestServer> {
  const db = await createTestDatabase()
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: db.url,
    ...environment,
  })
  const server = await startServer(config, log, outside)
  return {
    url: server.url,
    port: Number(new URL(server.url).port),
    setupUrl: server.setupUrl,
    database: db.database,
    databaseUrl: db.url,
    call: (method, path, options) => call(server.url, method, path, options),
    stop: async () => {
      await server.stop()
      await db.drop()
    },
  }
}

export async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const payload = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body))
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(payload === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(options.token === undefined ? {} : { Authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    ...(payload === undefined ? {} : { body: payload }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}

/** Sends bytes over a socket and answers everything that comes back until the server closes it. */
export function sendRaw(port: number, text: string | Buffer, keep?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    // A reset after the answer is an answer too.
    socket.on('error', (error) => (answer === '' ? reject(error) : resolve(answer)))
    keep?.(socket)
  })
}
