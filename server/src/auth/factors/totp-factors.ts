import { errors } from '@plinth/schema'
import { encodeQR } from 'qr'
import type { Session } from '../../database/database.ts'
import { isVerifiedSql } from '../../access/verified-address.ts'
import { siteOf } from '../mail/send-mail.ts'
import type { Origin } from '../sessions/session.ts'
import { findUser } from '../users.ts'
import { type Enrolled, finishAdding } from './add-factor.ts'
import type { FactorDeps } from './factor-deps.ts'
import type { OwnSession } from './own-session.ts'
import { newTotpSecret, totpStep, totpUri } from './totp.ts'

/** Each further one is another code that a guess may hit. */
const mostFactors = 3

export interface NewTotp {
  readonly id: string
  /** In base32, for who cannot scan the code. */
  readonly secret: string
  readonly uri: string
  /** The address as a QR code: an SVG. */
  readonly qr: string
}

/** Begins to add an app for codes. It counts once a code of it was given. @throws Problem tooManyFactors */
export async function enrolTotp({ mail }: FactorDeps, { userId }: OwnSession, name: string): Promise<NewTotp> {
  const user = await findUser(mail.database, userId)
  if (user === null) throw errors.notSignedIn()
  const secret = newTotpSecret()
  const id = await mail.database.transaction(async (session) => {
    await session.run({
      text: 'delete from plinth.totp_factors where user_id = $1::uuid and confirmed is null',
      values: [userId],
    })
    const rows = await session.run({
      text: `
        insert into plinth.totp_factors (user_id, name, secret, proven, created)
        select u.id, $2, $3, ${isVerifiedSql('u')}, greatest(now(), u.created)
        from public.users u
        where u.id = $1::uuid and (select count(*) from plinth.totp_factors f where f.user_id = u.id) < ${mostFactors}
        returning id`,
      values: [userId, name, secret],
    })
    const made = rows[0]?.[0]
    if (!made) throw errors.tooManyFactors({ count: mostFactors })
    return made
  })
  const uri = totpUri(secret, siteOf(mail), user.email)
  return { id, secret, uri, qr: encodeQR(uri, 'svg') }
}

/** Makes an app for codes count, by a code of it. @throws Problem factorNotFound, wrongSecondFactor */
export async function confirmTotp(
  deps: FactorDeps,
  own: OwnSession,
  { id, code }: { readonly id: string; readonly code: string },
  origin: Origin,
): Promise<Enrolled> {
  const enrolled = await deps.mail.database.transaction(async (session) => {
    const [row] = await session.run({
      text: `
        select f.secret, f.name
        from plinth.totp_factors f join public.users u on u.id = f.user_id and f.created >= u.created
        where f.id = $1::uuid and f.user_id = $2::uuid and f.confirmed is null
        for update of f`,
      values: [id, own.userId],
    })
    if (row === undefined) throw errors.factorNotFound({ id })
    const [secret, name] = row
    const step = totpStep(secret ?? '', code, Date.now())
    if (step === null) throw errors.wrongSecondFactor()
    await session.run({
      text: 'update plinth.totp_factors set confirmed = now(), last_step = $2 where id = $1::uuid',
      values: [id, step],
    })
    return finishAdding(deps, session, own, { kind: 'totp', name: name ?? '' }, origin)
  })
  deps.mail.wake()
  return enrolled
}

/**
 * Whether a code is right, and no code of its time step or a later one was used before: the database says so, hence for all
 * copies of the server.
 */
export async function useTotp(session: Session, userId: string, code: string): Promise<boolean> {
  const factors = await session.run({
    text: `
      select f.id, f.secret
      from plinth.totp_factors f join public.users u on u.id = f.user_id and f.created >= u.created
      where u.id = $1::uuid and f.confirmed is not null`,
    values: [userId],
    name: 'auth-totp-factors',
  })
  for (const [id, secret] of factors) {
    const step = totpStep(secret ?? '', code, Date.now())
    if (step !== null && (await useStep(session, id ?? '', step))) return true
  }
  return false
}

async function useStep(session: Session, id: string, step: number): Promise<boolean> {
  const rows = await session.run({
    text: `
      update plinth.totp_factors set last_step = $2::bigint, last_used = now()
      where id = $1::uuid and last_step < $2::bigint
      returning 1`,
    values: [id, step],
    name: 'auth-use-totp',
  })
  return rows.length > 0
}
