import { generateAuthenticationOptions, type PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server'
import type { FactorDeps } from '../factors/factor-deps.ts'
import type { ChallengeUse } from './check-passkey.ts'
import { issueChallenge } from './challenges.ts'

/**
 * What a browser needs to ask for a passkey. It names those of the user where it is known who that is; else the browser
 * offers what it has, so nobody has to type an address. @throws Problem passkeysUnavailable
 */
export async function askForPasskey(
  { mail: { database }, relyingParty }: FactorDeps,
  use: ChallengeUse,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { id: rpID } = relyingParty()
  const known =
    use.userId === null
      ? []
      : await database.run({
          text: `
            select p.credential_id
            from plinth.passkeys p join public.users u on u.id = p.user_id and p.created >= u.created
            where u.id = $1::uuid`,
          values: [use.userId],
        })
  return generateAuthenticationOptions({
    rpID,
    challenge: await issueChallenge(database, use),
    userVerification: use.verified ? 'required' : 'preferred',
    allowCredentials: known.map(([id]) => ({ id: id ?? '' })),
  })
}
