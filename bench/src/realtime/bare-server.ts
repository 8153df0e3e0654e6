import { createServer } from 'node:http'
import { Server } from 'socket.io'

// socket.io as it comes: what a connection costs without Plinth.
const http = createServer()
const io = new Server(http, {
  path: '/api/realtime',
  addTrailingSlash: false,
  serveClient: false,
  transports: ['websocket'],
})
io.on('connection', () => {})
http.listen(0, '127.0.0.1', () => {
  const address = http.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`A bare server is ready at http://127.0.0.1:${port}\n`)
})
