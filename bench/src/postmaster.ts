import { withClient } from './with-client.ts'

/** The process whose children serve the connections. */
export async function postmasterOf(databaseUrl: string): Promise<number | null> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ pid: string }>(
      `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
    )
    return Number(rows[0]?.pid)
  })
}
