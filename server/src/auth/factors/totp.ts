import { Secret, TOTP } from 'otpauth'

// What every app for codes speaks, and most speak nothing else: https://www.rfc-editor.org/rfc/rfc6238
const settings = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** Clocks may differ by so many steps: https://www.rfc-editor.org/rfc/rfc6238#section-5.2 */
const window = 1

/** A new secret, in base32: 160 bits, as https://www.rfc-editor.org/rfc/rfc4226#section-4 advises. */
export const newTotpSecret = (): string => new Secret({ size: 20 }).base32

/** For the QR code that an app scans: https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export const totpUri = (secret: string, issuer: string, label: string): string =>
  new TOTP({ ...settings, issuer, label, secret: Secret.fromBase32(secret) }).toString()

/** The time step whose code this is, at a moment (milliseconds since 1970) or right beside it; null for a wrong code. */
export function totpStep(secret: string, code: string, at: number): number | null {
  const totp = new TOTP({ ...settings, secret: Secret.fromBase32(secret) })
  const delta = totp.validate({ token: code, timestamp: at, window })
  return delta === null ? null : totp.counter({ timestamp: at }) + delta
}
