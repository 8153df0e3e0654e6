import { checkJson, errors, type JsonSchema } from '@plinth/schema'
import type { Connection } from './connection.ts'

/** A kind of message that clients may send. */
export interface Message {
  readonly name: string
  /**
   * Answers a message of this kind: what it answers is acknowledged to the client, and a problem that it throws as
   * problem+json. @throws Problem invalidBody where the body does not fit
   */
  answer(connection: Connection, body: unknown): Promise<object>
}

interface MessageKind<Body> {
  /** The name that clients send it by. */
  readonly name: string
  /** What its body looks like. */
  readonly body: JsonSchema<Body>
  /** Does what the message asks for. Whatever it answers becomes the acknowledgement; so does a problem that it throws. */
  handle(connection: Connection, body: Body): object | Promise<object>
}

/**
 * Defines a kind of message. Its body is checked before `handle` sees it.
 *
 * @example
 * message({ name: 'ping', body: jsonSchema.object({ text: jsonSchema.string() }), handle: (_, { text }) => ({ text }) })
 */
export const message = <Body>({ name, body: schema, handle }: MessageKind<Body>): Message => ({
  name,
  answer: async (connection, body) => {
    const faults = checkJson(schema, body, '')
    if (faults.length > 0) throw errors.invalidBody({ errors: faults })
    // The schema describes it, and it fits.
    return handle(connection, body as Body)
  },
})
