/** Whether the caller has what `etag` names: `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
export const isKnown = (header: string | undefined, etag: string): boolean =>
  header !== undefined &&
  (header.trim() === '*' || header.split(',').some((each) => opaque(each.trim()) === opaque(etag)))

const opaque = (etag: string): string => etag.replace(/^W\//, '')
