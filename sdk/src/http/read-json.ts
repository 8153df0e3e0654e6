import { PlinthError } from '../plinth-error.ts'

/** The JSON of an answer; undefined where it is empty. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new PlinthError(
      response.status,
      'unexpectedAnswer',
      'The answer is no JSON. Is this the address of a Plinth server?',
      {
        requestId: response.headers.get('x-request-id'),
        cause,
      },
    )
  }
}
