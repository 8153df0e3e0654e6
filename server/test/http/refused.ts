import { expect } from 'vitest'
import type { Answer } from './test-server.ts'

/** What tells a stranger how the server is made: stack traces, SQL, and names that only the database has. */
const inside =
  /\bat .{0,200}\.[jt]s:\d+|node:internal|\b(?:select|insert into|delete from|update) ["\w].{0,80}\b(?:from|set|values|where)\b|"?\bpublic"?\.|\bplinth\.|plinth_[\w-]{10,}|_(?:fkey|check|key|pkey|idx)\b|violates|constraint|SQLSTATE|relation "|column "|syntax error|at or near|jsonb|bigint|numeric|float8|timestamptz|\b[0-9][0-9A-Z]{4}: /i

/** Fails unless the answer is a problem of this status and code that says nothing about how the server is made. */
export function expectRefusal(
  { status, headers, body }: Answer,
  wanted: readonly [status: number, code: string],
  sent = '',
): void {
  expect([status, body?.code, JSON.stringify(body)]).toEqual([...wanted, expect.any(String)])
  expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(body.requestId).toBe(headers.get('x-request-id'))
  expect(body.type).toBe(`urn:plinth:error:${body.code}`)
  expect(body.title).toEqual(expect.any(String))
  expect(leaksIn(JSON.stringify(body), sent)).toEqual([])
}

/** Pieces of an answer that show the inside, except what the caller has sent. */
export function leaksIn(text: string, sent: string): readonly string[] {
  const found = [...text.matchAll(new RegExp(inside, 'gi'))].map(([piece]) => piece)
  return found.filter((piece) => !sent.includes(piece))
}
