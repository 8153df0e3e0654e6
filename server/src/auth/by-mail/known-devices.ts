import { hash } from 'node:crypto'
import { networkKey } from '../limits/count-try.ts'
import { networkOf } from '../limits/network-of.ts'
import type { MailDeps } from '../mail/mail-deps.ts'
import { tellUser } from '../mail/tell-user.ts'
import { keepLanguage } from '../mail/user-language.ts'
import type { Origin } from '../sessions/session.ts'

export interface SeenSignIn extends Origin {
  readonly user: { readonly id: string }
}

const maxDevice = 200

/**
 * Notes from where a user has signed in. When they have signed in before, but never with this program from this network,
 * they are told by mail.
 */
export async function noteDevice(mail: MailDeps, { user, userAgent, address, language }: SeenSignIn): Promise<void> {
  const rows = await mail.database.run({
    text: `
      with u as (select id, created from public.users where id = $1::uuid),
      known as (
        select count(*) as any, count(*) filter (where d.device = $2::bytea) as same
        from plinth.known_devices d join u on d.user_id = u.id and d.last_seen >= u.created
      ), noted as (
        insert into plinth.known_devices (user_id, device, network)
        select u.id, $2::bytea, $3::text from u
        on conflict (user_id, device) do update set last_seen = now()
      )
      select k.any > 0 and k.same = 0 from known k`,
    values: [user.id, deviceHash(userAgent, address), networkKey(address ?? '')],
    name: 'auth-note-device',
  })
  if (language !== undefined) await keepLanguage(mail.database, user.id, language)
  const isNew = rows[0]?.[0] === 't'
  if (!isNew) return
  const values = {
    device: (userAgent ?? '').slice(0, maxDevice) || '?',
    address: address ?? '?',
    time: `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  }
  await tellUser(mail, mail.database, user.id, { template: 'newDevice', values }, language)
}

/** A browser keeps being the same one when it is updated, and a household when it gets other addresses. */
function deviceHash(userAgent: string | null, address: string | null): string {
  const program = (userAgent ?? '').replace(/[\d.]+/g, '')
  const network = networkOf(address ?? '').replace(/\.\d+$/, '')
  return `\\x${hash('sha256', `${program}\n${network}`, 'hex')}`
}
