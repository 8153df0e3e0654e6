import { describe, expect, test } from 'vitest'
import { newTotpSecret, totpStep, totpUri } from '../../src/auth/factors/totp.ts'

/** "12345678901234567890", the secret of the vectors for SHA-1. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

describe('codes of an app', () => {
  // https://www.rfc-editor.org/rfc/rfc6238#appendix-B shows eight digits; six are the last six of them.
  test.each([
    [59, '94287082', 0x1],
    [1_111_111_109, '07081804', 0x23523ec],
    [1_111_111_111, '14050471', 0x23523ed],
    [1_234_567_890, '89005924', 0x273ef07],
    [2_000_000_000, '69279037', 0x3f940aa],
    [20_000_000_000, '65353130', 0x27bc86aa],
  ])('are those of RFC 6238 at %i s', (seconds, eight, step) => {
    expect(totpStep(secret, eight.slice(2), seconds * 1000)).toBe(step)
  })

  const at = 1_234_567_890_000
  test.each([
    ['one step before', -30_000, 0x273ef07],
    ['one step after', 30_000, 0x273ef07],
    ['two steps before', -60_000, null],
    ['two steps after', 60_000, null],
  ])('count %s their time as it should be', (_name, off, step) => {
    expect(totpStep(secret, '005924', at + off)).toBe(step)
  })

  test.each(['005925', '000000', '05924', '0005924', '', '00592a', '89005924'])('"%s" is wrong', (code) => {
    expect(totpStep(secret, code, at)).toBeNull()
  })

  test('come from a secret of 160 random bits, which apps are told as an address', () => {
    const made = newTotpSecret()
    expect(made).toMatch(/^[A-Z2-7]{32}$/)
    expect(newTotpSecret()).not.toBe(made)
    const uri = new URL(totpUri(made, 'api.example.com', 'ada@example.com'))
    expect([uri.protocol, uri.host]).toEqual(['otpauth:', 'totp'])
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      issuer: 'api.example.com',
      secret: made,
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
    expect(decodeURIComponent(uri.pathname)).toContain('ada@example.com')
  })
})
