import type { Session } from '../../database/database.ts'

/** Notes in a session that who holds it has just proved who they are, and by what. */
export async function noteProof(session: Session, sessionId: string, methods: readonly string[]): Promise<void> {
  await session.run({
    text: `
      update plinth.sessions
      set auth_time = now(), amr = array(select distinct unnest(amr || $2::text[]) order by 1)
      where id = $1::uuid`,
    values: [sessionId, methods],
    name: 'auth-note-proof',
  })
}
