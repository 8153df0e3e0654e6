import { createPrivateKey } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Provider } from './provider.ts'

const minutes = 5

/**
 * Apple knows its clients by a token that the team signs, made anew each time:
 * https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export function appleClientSecret({ clientId, clientSecret, teamId, keyId }: Provider): string {
  return jwt.sign({}, createPrivateKey(clientSecret ?? ''), {
    algorithm: 'ES256',
    keyid: keyId ?? '',
    issuer: teamId ?? '',
    audience: 'https://appleid.apple.com',
    subject: clientId,
    expiresIn: minutes * 60,
  })
}
