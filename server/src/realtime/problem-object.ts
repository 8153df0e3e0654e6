import type { Problem } from '@plinth/schema'

/** A problem as it is acknowledged: the members of RFC 9457, as in the answers of HTTP. */
export const problemObject = ({ status, code, message: title, errors, extra }: Problem): object => ({
  type: `urn:plinth:error:${code}`,
  title,
  status,
  code,
  ...(errors.length > 0 && { errors }),
  ...extra,
})
