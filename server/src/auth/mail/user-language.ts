import type { Session } from '../../database/database.ts'
import { fallbackLanguage } from './templates/built-in-template.ts'

/** Keeps in which language somebody's browser asked when they signed in, for mail that they do not ask for themselves. */
export async function keepLanguage(session: Session, userId: string, language: string): Promise<void> {
  await session.run({
    text: `
      insert into plinth.user_languages as l (user_id, language) values ($1::uuid, $2)
      on conflict (user_id) do update set language = excluded.language, at = now()
      where l.language <> excluded.language`,
    values: [userId, language],
    name: 'mail-keep-language',
  })
}

/** The language that a user reads; English where they have never said. */
export async function findLanguage(session: Session, userId: string): Promise<string> {
  const rows = await session.run({
    text: 'select language from plinth.user_languages where user_id = $1::uuid',
    values: [userId],
    name: 'mail-language',
  })
  return rows[0]?.[0] ?? fallbackLanguage
}
