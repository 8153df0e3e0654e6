import { subscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'

/** All TCP connections that this process has opened from now on, to cut them as a network failure would. */
export function watchCables(): { cut(): void } {
  const open = new Set<Socket>()
  subscribe('net.client.socket', (message) => {
    const socket = typeof message === 'object' && message !== null && 'socket' in message ? message.socket : null
    if (!(socket instanceof Socket)) return
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return { cut: () => [...open].forEach((socket) => void socket.destroy()) }
}
