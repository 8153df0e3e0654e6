import { hash } from 'node:crypto'
import type { RecordText } from './read-records.ts'

/** What a request is answered with, in a form that can be kept for a retry. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON text, or null for no body. */
  readonly body: string | null
}

/**
 * The ETag of a record's representation: its revision, so that `If-Match` can name it, and a hash of the text, because
 * the same revision looks different with another `select`, to another reader, or when a related record changes.
 */
export const etagOf = ({ json, rev }: RecordText): string =>
  `"${rev ?? ''}-${hash('sha1', json, 'base64url').slice(0, 12)}"`

/** The revision that an ETag of ours names; null if it is none of ours. */
export const revisionOfEtag = (etag: string): string | null => /^"(\d{1,10})(-[\w-]{12})?"$/.exec(etag)?.[1] ?? null

export const ok = (body: string, headers: Answer['headers'] = {}): Answer => ({ status: 200, headers, body })
export const noBody: Answer = { status: 204, headers: {}, body: null }
