import { expect } from 'vitest'
import type { Answer, CallOptions } from '../http/test-server.ts'
import { codeOf } from './code-of.ts'

export type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>

/** A code that is wrong, whatever the time. */
export function wrongCode(secret: string): string {
  const right = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps))
  const digits = Array.from({ length: 10 }, (_, i) => String(i).repeat(6))
  return digits.find((each) => !right.includes(each)) ?? ''
}

export interface EnrolledApp {
  readonly id: string
  readonly secret: string
  /** The code that has confirmed it. */
  readonly used: string
  readonly recoveryCodes: readonly string[]
}

/** Adds an app for codes as its user would. */
export async function enrolApp(call: Call, token: string, name = 'Phone'): Promise<EnrolledApp> {
  const { status, body } = await call('POST', '/api/auth/factors/totp', { token, body: { name } })
  expect([status, body.code]).toEqual([201, undefined])
  const used = codeOf(body.secret)
  const confirmed = await call('POST', `/api/auth/factors/totp/${body.id}/confirm`, {
    token,
    body: { code: used },
  })
  expect([confirmed.status, confirmed.body.code]).toEqual([200, undefined])
  return { id: body.id, secret: body.secret, used, recoveryCodes: confirmed.body.recoveryCodes ?? [] }
}
