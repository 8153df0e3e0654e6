import { v5 } from 'uuid'

/** Any fixed UUID would do; it must never change, or an import would no longer find the records of an earlier one. */
const namespace = '6b7f9a52-0f4e-4c36-9d1b-9f0d3a1c5e77'

/**
 * The id of the record made from a row: always the same for the same row (a name-based UUID, RFC 9562, section 5.5), so
 * that importing again finds the records of the first time.
 */
export const recordId = (collection: string, key: string | number): string => v5(`${collection}/${key}`, namespace)
