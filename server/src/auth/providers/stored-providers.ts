import { errors } from '@plinth/schema'
import type { Session } from '../../database/database.ts'
import type { Provider } from './provider.ts'

/** How a provider may be named. */
export const providerName = '^[a-z][a-z0-9-]{0,62}$'
const nameFormat = new RegExp(providerName)

const columns = `jsonb_build_object(
  'name', p.name, 'label', p.label, 'preset', p.preset, 'issuer', p.issuer, 'tenant', p.tenant, 'clientId', p.client_id,
  'clientSecret', p.client_secret, 'teamId', p.team_id, 'keyId', p.key_id, 'scopes', p.scopes, 'enabled', p.enabled)::text`

// The column list above writes exactly this.
const providerOf = (text: string | null | undefined): Provider => JSON.parse(text ?? '') as Provider

/** All of them, by name. */
export async function listProviders(session: Session): Promise<readonly Provider[]> {
  const rows = await session.run({
    text: `select ${columns} from plinth.providers p order by p.name`,
    values: [],
    name: 'auth-providers',
  })
  return rows.map(([text]) => providerOf(text))
}

/** Read at each use, so that a change counts on every copy at once. @throws Problem providerNotFound */
export async function findProvider(session: Session, name: string): Promise<Provider> {
  const rows = nameFormat.test(name)
    ? await session.run({
        text: `select ${columns} from plinth.providers p where p.name = $1`,
        values: [name],
        name: 'auth-provider',
      })
    : []
  if (rows.length === 0) throw errors.providerNotFound({ name: name.slice(0, 64) })
  return providerOf(rows[0]?.[0])
}

/** For who wants to sign in. @throws Problem providerNotFound also for one that is switched off */
export async function findEnabledProvider(session: Session, name: string): Promise<Provider> {
  const provider = await findProvider(session, name)
  if (!provider.enabled) throw errors.providerNotFound({ name })
  return provider
}

/** Makes it, or puts it in the place of the one with this name; true for a new one. */
export async function putProvider(session: Session, provider: Provider, by: string): Promise<boolean> {
  const { name, label, preset, issuer, tenant, clientId, clientSecret, teamId, keyId, scopes, enabled } = provider
  const rows = await session.run({
    text: `
      insert into plinth.providers
        (name, label, preset, issuer, tenant, client_id, client_secret, team_id, key_id, scopes, enabled, changed_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::text[], $11::bool, $12)
      on conflict (name) do update set
        label = excluded.label, preset = excluded.preset, issuer = excluded.issuer, tenant = excluded.tenant,
        client_id = excluded.client_id, client_secret = excluded.client_secret, team_id = excluded.team_id,
        key_id = excluded.key_id, scopes = excluded.scopes, enabled = excluded.enabled, changed = now(),
        changed_by = excluded.changed_by
      returning xmax = 0`,
    values: [name, label, preset, issuer, tenant, clientId, clientSecret, teamId, keyId, scopes, enabled, by],
  })
  return rows[0]?.[0] === 't'
}

/** @throws Problem providerNotFound */
export async function deleteProvider(session: Session, name: string): Promise<void> {
  const { name: known } = await findProvider(session, name)
  await session.run({ text: 'delete from plinth.providers where name = $1', values: [known] })
}
