import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import pg from 'pg'
import { type Statement, statements } from './statements.ts'

// The floor: as little as a server can do for these requests and still answer them rightly. No rules, no checks, no
// router, no log; PostgreSQL builds the JSON, by one prepared statement a request.

const pool = new pg.Pool({
  connectionString: process.env['DATABASE_URL'],
  max: Number(process.env['POOL_SIZE']),
  // No timer for each idle connection.
  idleTimeoutMillis: 0,
  options: '-c TimeZone=UTC -c jit=off',
  types: { getTypeParser: () => (text: string) => text },
})

const owner = process.env['OWNER']
const posts = '/api/records/posts'

const server = createServer((req, res) => {
  const url = req.url ?? ''
  if (req.method === 'POST') return readBody(req, (body) => run(res, 201, statements.create, [body, owner]))
  if (req.method === 'PATCH') {
    return readBody(req, (body) => run(res, 200, statements.update, [url.slice(posts.length + 1), titleIn(body)]))
  }
  if (url.startsWith(`${posts}/`)) return run(res, 200, statements.get, [url.slice(posts.length + 1)])
  run(res, 200, url.includes('select=') ? statements.expand : statements.list, ['published'])
})

function run(res: ServerResponse, status: number, { name, text }: Statement, values: readonly unknown[]): void {
  const query: pg.QueryArrayConfig = { name, text, values: [...values], rowMode: 'array' }
  pool.query(query, (error: Error | null, result: pg.QueryArrayResult<[string]>) => {
    const json = error === null || error === undefined ? result.rows[0]?.[0] : undefined
    if (json === undefined) return void res.writeHead(error ? 500 : 404).end()
    res.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(json) }).end(json)
  })
}

function readBody(req: IncomingMessage, use: (body: string) => void): void {
  let body = ''
  req.setEncoding('utf8')
  req.on('data', (text: string) => (body += text))
  req.on('end', () => use(body))
}

// The body is our own, so it is what it is expected to be.
const titleIn = (body: string): string => (JSON.parse(body) as { readonly title: string }).title

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    console.log(`The floor is ready at http://127.0.0.1:${address.port}.`)
})
process.once('SIGTERM', () => process.exit(0))
