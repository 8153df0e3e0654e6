import pg from 'pg'
import { CannotStart } from './cannot-start.ts'

const oldest = 140_000

const facts = `
  select current_setting('server_version_num')::int as version,
         current_setting('server_encoding') as encoding,
         pg_is_in_recovery() as standby,
         exists (select from pg_collation where collname = 'und-x-icu') as icu`

interface Facts {
  readonly version: number
  readonly encoding: string
  readonly standby: boolean
  readonly icu: boolean
}

/** Opens one connection, checks once that the server has what Plinth builds on, and answers its version. */
export async function checkServer(settings: pg.ClientConfig): Promise<number> {
  const client = new pg.Client(settings)
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<Facts>(facts)
    const [found] = rows
    if (found === undefined) throw new CannotStart('PostgreSQL did not say which version it is.')
    const fault = faultOf(found)
    if (fault !== undefined) throw new CannotStart(fault)
    return found.version
  } finally {
    await client.end().catch(() => {})
  }
}

function faultOf({ version, encoding, standby, icu }: Facts): string | undefined {
  if (version < oldest) return `This server is PostgreSQL ${versionName(version)}; Plinth needs 14 or newer.`
  if (encoding !== 'UTF8')
    return `The database is encoded in ${encoding}; Plinth needs one made with "encoding 'UTF8'".`
  if (standby) return 'This server is a read-only standby; Plinth needs the primary.'
  if (!icu) return 'This server has no ICU collations (und-x-icu); Plinth needs a PostgreSQL built with ICU.'
  return undefined
}

const versionName = (version: number): string =>
  version < 100_000
    ? `${Math.trunc(version / 10_000)}.${Math.trunc(version / 100) % 100}`
    : `${Math.trunc(version / 10_000)}`
