import { checkJson, errors, type JsonSchema } from '@plinth/schema'
import { readJson } from './body.ts'
import type { HttpRequest } from './http-request.ts'

/** Reads a JSON body of this shape. @throws Problem invalidBody with every fault at once */
export async function parseBody<T>(req: HttpRequest, schema: JsonSchema<T>): Promise<T> {
  const body = await readJson(req)
  const faults = checkJson(schema, body, '')
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  // The schema describes T, and the body fits it.
  return body as T
}

/** The same, for a body that may be left out where nothing is to be said. */
export const parseOptionalBody = <T>(req: HttpRequest, schema: JsonSchema<T>): Promise<T | Partial<T>> => {
  const hasBody = req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  return hasBody ? parseBody(req, schema) : Promise.resolve({})
}
