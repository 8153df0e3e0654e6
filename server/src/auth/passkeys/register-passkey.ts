import { errors } from '@plinth/schema'
import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { decodeAttestationObject } from '@simplewebauthn/server/helpers'
import type { Session } from '../../database/database.ts'
import { isVerifiedSql } from '../../access/verified-address.ts'
import { type Enrolled, finishAdding } from '../factors/add-factor.ts'
import type { FactorDeps } from '../factors/factor-deps.ts'
import type { OwnSession } from '../factors/own-session.ts'
import { sessionBinding } from '../factors/step-up.ts'
import { siteOf } from '../mail/send-mail.ts'
import type { Origin } from '../sessions/session.ts'
import { findUser } from '../users.ts'
import { type ChallengeFor, issueChallenge, useChallenge } from './challenges.ts'
import type { NewPasskeyAnswer } from './passkey-answer.ts'
import { userHandle } from './user-handle.ts'

const mostPasskeys = 20
/** EdDSA, ES256 and RS256: https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
const algorithms = [-8, -7, -257]
const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']

const use = ({ userId, sessionId }: OwnSession): ChallengeFor => ({
  purpose: 'register',
  userId,
  boundTo: sessionBinding(sessionId),
})

/** What a browser needs to make a passkey. @throws Problem passkeysUnavailable */
export async function passkeyToMake(
  { mail, relyingParty }: FactorDeps,
  own: OwnSession,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { database } = mail
  const { id: rpID } = relyingParty()
  const user = await findUser(database, own.userId)
  if (user === null) throw errors.notSignedIn()
  const known = await database.run({
    text: 'select credential_id, transports::text from plinth.passkeys where user_id = $1::uuid',
    values: [own.userId],
  })
  return generateRegistrationOptions({
    rpName: siteOf(mail),
    rpID,
    userName: user.email,
    userDisplayName: user.email,
    userID: userHandle(own.userId),
    challenge: await issueChallenge(database, use(own)),
    // Which product somebody uses is none of our business.
    attestationType: 'none',
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: known.map(([id]) => ({ id: id ?? '' })),
    // Discoverable, so that nobody has to type an address to use it.
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
  })
}

/** Keeps a passkey that a browser has made. @throws Problem passkeyInvalid, passkeyKnown, tooManyFactors */
export async function registerPasskey(
  deps: FactorDeps,
  own: OwnSession,
  { answer, name }: { readonly answer: NewPasskeyAnswer; readonly name: string },
  origin: Origin,
): Promise<Enrolled & { readonly id: string }> {
  const made = await verify(deps, own, answer)
  const registered = await deps.mail.database.transaction(async (session) => {
    const id = await insertPasskey(session, own.userId, name, made)
    return { id, ...(await finishAdding(deps, session, own, { kind: 'passkey', name }, origin)) }
  })
  deps.mail.wake()
  return registered
}

interface MadePasskey {
  readonly credentialId: string
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  readonly backupEligible: boolean
  readonly backedUp: boolean
}

async function verify(
  { mail: { database }, relyingParty }: FactorDeps,
  own: OwnSession,
  { id, rawId, response }: NewPasskeyAnswer,
): Promise<MadePasskey> {
  const { id: expectedRPID, origins } = relyingParty()
  if (carriesCertificates(response.attestationObject)) throw errors.passkeyInvalid()
  const verified = await verifyRegistrationResponse({
    response: {
      id,
      rawId,
      type: 'public-key',
      response: { clientDataJSON: response.clientDataJSON, attestationObject: response.attestationObject },
      clientExtensionResults: {},
    },
    expectedChallenge: (challenge) => useChallenge(database, challenge, use(own)),
    expectedOrigin: [...origins],
    expectedRPID,
    requireUserVerification: false,
    supportedAlgorithmIDs: algorithms,
  }).catch((cause: unknown) => {
    throw errors.passkeyInvalid({ cause })
  })
  if (!verified.verified) throw errors.passkeyInvalid()
  const { credential, credentialDeviceType, credentialBackedUp } = verified.registrationInfo
  return {
    credentialId: credential.id,
    publicKey: Buffer.from(credential.publicKey).toString('base64url'),
    counter: credential.counter,
    transports: (response.transports ?? []).filter((each) => knownTransports.includes(each)),
    backupEligible: credentialDeviceType === 'multiDevice',
    backedUp: credentialBackedUp,
  }
}

/**
 * We ask for no certificates, and browsers leave them out. They name addresses from which the library would fetch lists of
 * what was revoked: whoever sends some wants us to fetch something.
 */
function carriesCertificates(attestationObject: string): boolean {
  try {
    const statement = decodeAttestationObject(Buffer.from(attestationObject, 'base64url')).get('attStmt')
    return statement.size > 0 && statement.get('x5c') !== undefined
  } catch (cause) {
    throw errors.passkeyInvalid({ cause })
  }
}

async function insertPasskey(session: Session, userId: string, name: string, made: MadePasskey): Promise<string> {
  const [[count] = []] = await session.run({
    text: 'select count(*) from plinth.passkeys where user_id = $1::uuid',
    values: [userId],
  })
  if (Number(count) >= mostPasskeys) throw errors.tooManyFactors({ count: mostPasskeys })
  const rows = await session.run({
    text: `
      insert into plinth.passkeys
        (user_id, name, credential_id, public_key, counter, transports, backup_eligible, backed_up, proven, created)
      select u.id, $2, $3, $4, $5::bigint, $6::text[], $7::boolean, $8::boolean, ${isVerifiedSql('u')}, greatest(now(), u.created)
      from public.users u
      where u.id = $1::uuid
      on conflict (credential_id) do nothing
      returning id`,
    values: [
      userId,
      name,
      made.credentialId,
      made.publicKey,
      made.counter,
      made.transports,
      made.backupEligible,
      made.backedUp,
    ],
  })
  const id = rows[0]?.[0]
  if (!id) throw errors.passkeyKnown()
  return id
}
