/**
 * The JSON pointer (RFC 6901) to what `name` holds within `path`.
 *
 * @example childPath('/collections', 'a/b') // '/collections/a~1b'
 */
export const childPath = (path: string, name: string | number): string =>
  `${path}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`
