import { errors } from '@plinth/schema'
import { type Actor, anonymous } from '../../access/actor.ts'
import { isVerifiedSql } from '../../access/verified-address.ts'
import { compileSql, raw, sql } from '../../database/sql.ts'
import { parameters } from '../../query/run.ts'
import { currentVersion } from '../../query/select-one.ts'
import { tableOf } from '../../query/tables.ts'
import { makeRun, type Operation, runOnce, withAccess } from '../operation.ts'
import type { AskedActor } from './explain-request.ts'

/** The actor a request of this user, of a key with these roles, or of nobody would come from. */
export async function askedActor(operation: Operation, asked: AskedActor): Promise<Actor> {
  if (asked === 'anonymous') return anonymous
  if ('user' in asked) {
    return {
      kind: 'user',
      id: asked.user,
      userId: asked.user,
      ...(await standingOf(operation, asked.user)),
    }
  }
  const unknown = asked.roles.filter((role) => !isRole(operation, role))
  if (unknown.length === 0) return { kind: 'key', id: null, userId: null, roles: asked.roles }
  const message = `There is no role "${unknown.join('", "')}".`
  throw errors.invalidBody({ errors: [{ path: '/actor/roles', code: 'unknownRole', message }] })
}

const isRole = ({ deps }: Operation, role: string): boolean =>
  ['anonymous', 'authenticated', 'admin'].includes(role) || deps.catalog.model.roles.has(role)

/** What sign-in knows of a user. */
function standingOf(operation: Operation, id: string): Promise<Pick<Actor, 'roles' | 'verified'>> {
  return withAccess(operation, async (access) => {
    const users = access.model.collections.get('users')
    if (!users) throw errors.collectionNotFound({ collection: 'users' })
    const statement = sql`
      select v.version, to_json(u.roles), ${raw(isVerifiedSql('u'))}
      from ${currentVersion} as v left join ${tableOf(users)} as u on u.id = ${parameters.id}`
    const [row] = await runOnce(operation, access, compileSql(statement), makeRun(operation, { id }))
    if (!row?.[1]) throw errors.recordNotFound({ id, collection: 'users' })
    const roles: readonly string[] = JSON.parse(row[1])
    return { roles: ['authenticated', ...roles], verified: row[2] === 't' }
  })
}
