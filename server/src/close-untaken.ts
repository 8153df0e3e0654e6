import type { Worker } from 'node:cluster'

/**
 * Closes the connections that a worker was handed and had not taken when it died. node:cluster hands it one at a time, and
 * closes its own end when the worker says that it has it; a worker that is killed never does, so the connection would stay
 * open here with nobody to answer, and its client would wait. Closed, the client comes again at once.
 *
 * The messages of node:cluster are not documented: `handoff` in
 * https://github.com/nodejs/node/blob/v24.x/lib/internal/cluster/round_robin_handle.js
 */
export function closeUntaken({ process: child }: Worker): void {
  const untaken = new Map<number, Closable>()
  const send = child.send
  child.send = (...args: readonly unknown[]) => {
    const [message, handle] = args
    if (isHandingOver(message) && isClosable(handle)) untaken.set(message.seq, handle)
    // All of the overloads, as they were called.
    return Reflect.apply(send, child, args)
  }
  child.on('internalMessage', (message: unknown) => {
    if (isAnswer(message)) untaken.delete(message.ack)
  })
  // The only event that comes in any case, and after all that it has still said: `exit` may come before that, and `disconnect`
  // never does while a connection is on its way.
  child.once('close', () => {
    for (const handle of untaken.values()) handle.close()
    untaken.clear()
  })
}

interface Closable {
  close(): void
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isClosable = (handle: unknown): handle is Closable => isObject(handle) && typeof handle['close'] === 'function'

const isHandingOver = (message: unknown): message is { readonly seq: number } =>
  isObject(message) && message['act'] === 'newconn' && typeof message['seq'] === 'number'

const isAnswer = (message: unknown): message is { readonly ack: number } =>
  isObject(message) && typeof message['ack'] === 'number'
