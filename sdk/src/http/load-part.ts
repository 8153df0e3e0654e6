import { PlinthError } from '../plinth-error.ts'

/**
 * A part of the client that few pages need, and that comes when it is first used. It is a file of the page, which cannot be
 * reached offline: the next use tries again.
 *
 * @throws PlinthError network
 */
export const loadPart = <Part>(loading: Promise<Part>): Promise<Part> =>
  loading.catch((cause: unknown) => {
    throw new PlinthError(0, 'network', 'A part of the client cannot be loaded.', { cause })
  })
