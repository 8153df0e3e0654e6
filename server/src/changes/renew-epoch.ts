import type { Session } from '../database/database.ts'

/**
 * Begins a new epoch when the log finds itself in another database, cluster or timeline than before: after a restore or
 * a fail-over. Cursors made before then answer `'resync'`.
 *
 * Restored changes may carry transaction numbers that this cluster has yet to give out. Nobody waits for them any more,
 * so they are numbered as seen by everyone.
 */
export async function renewEpoch(session: Session): Promise<void> {
  await session.run({ text: renewText, values: [] })
}

const renewText = `
  with moved as (
    update plinth.log_epoch
    set epoch = gen_random_uuid()::text, horizon = '0', identity = present.identity
    from (select plinth.log_identity() as identity) present
    where log_epoch.identity is distinct from present.identity
    returning single
  )
  update plinth.changes
  set txid = '0'
  where txid >= pg_snapshot_xmax(pg_current_snapshot()) and exists (select from moved)`
