import { errors, Problem, suggestion } from '@plinth/schema'
import type { Socket } from 'socket.io'
import { checkJsonValue } from '../../records/check-json-value.ts'
import { JsonText } from '../json-text.ts'
import type { Message } from '../message.ts'
import { problemObject } from '../problem-object.ts'
import { MessageAllowance } from './message-allowance.ts'
import type { SocketConnection } from './socket-connection.ts'

type Messages = ReadonlyMap<string, Message>

export const messagesByName = (messages: readonly Message[]): Messages =>
  new Map(messages.map((each) => [each.name, each]))

interface Options {
  readonly messagesPerSecond: number
  readonly queueBytes: number
  readonly onError: (error: unknown) => void
}

/** Answers what a client sends. Each message has a name, a body and an acknowledgement, which is `{ error }` for a problem. */
export function answerMessages(
  socket: Socket,
  connection: SocketConnection,
  messages: Messages,
  { messagesPerSecond, queueBytes, onError }: Options,
): void {
  const allowance = new MessageAllowance(messagesPerSecond)
  // Characters of acknowledgements that were given since the client last took everything.
  let untaken = 0
  const admit = (): void => {
    if (socket.client.conn.transport.writable) untaken = 0
    if (!allowance.take()) throw errors.tooManyRequests({ seconds: 1 }, { extra: { retryAfter: 1 } })
    if (untaken > queueBytes) throw errors.tooSlow()
  }
  socket.onAny((name: unknown, ...args: unknown[]) => {
    // Who takes nothing, and goes on asking, would fill our memory with answers.
    if (untaken > 2 * queueBytes) return void socket.disconnect(true)
    const acknowledge = args.at(-1)
    answer(connection, messages, admit, name, args)
      .catch((error: unknown) => ({ error: problemObject(toProblem(error, onError)) }))
      .then((answered) => {
        if (typeof acknowledge !== 'function') return
        untaken += answered instanceof JsonText ? answered.text.length : 500
        acknowledge(answered)
      })
      .catch(onError)
  })
}

async function answer(
  connection: SocketConnection,
  messages: Messages,
  admit: () => void,
  name: unknown,
  args: readonly unknown[],
): Promise<object> {
  admit()
  const known = typeof name === 'string' ? messages.get(name) : undefined
  if (known === undefined) throw unknownMessage(String(name), messages)
  const [body = {}, ...others] = args.filter((each) => typeof each !== 'function')
  if (others.length > 0) throw errors.badRequest({ reason: 'A message has one body: an object.' })
  // What may be escaped is not known any more, so all texts are looked at.
  checkJsonValue(body, '\\u')
  return known.answer(connection, body)
}

const unknownMessage = (name: string, messages: Messages): Problem =>
  errors.unknownMessage({ name: name.slice(0, 80), suggestion: suggestion(name.slice(0, 80), messages.keys()) })

/** Faults of ours are told to whoever runs the server, and to the client only that there was one. */
export function toProblem(error: unknown, onError: (error: unknown) => void): Problem {
  if (error instanceof Problem && error.status < 500) return error
  onError(error)
  return error instanceof Problem ? error : errors.internal()
}
