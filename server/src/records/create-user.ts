import { errors } from '@plinth/schema'
import type { Actor } from '../access/actor.ts'
import type { NewUser } from '../access/new-user.ts'
import type { Session } from '../database/database.ts'
import { createRecord } from './create-records.ts'
import { type Operation, operationOf, type RecordsDeps, withAccess, withCurrentModel } from './operation.ts'
import { updateRecord } from './update-records.ts'

/**
 * Creates a record of `users` for who signs up. Who they will be, with the roles that they will have, is who writes it: what
 * the `create` permissions of those roles let them write they may give, and nothing else. Where there is no such permission,
 * that is nothing but the address.
 */
export async function createUser(
  deps: RecordsDeps,
  user: NewUser,
  requestId: string,
  also: (session: Session) => Promise<void>,
  before: (session: Session) => Promise<void> = async () => {},
): Promise<void> {
  const known = { ...user, roles: user.roles.filter((role) => mayHave(deps, user, role)) }
  const operation = operationOf(deps, actorOf(known, known.roles), requestId)
  await withCurrentModel(operation, () =>
    deps.database.transaction(async (session) => {
      await before(session)
      await writeUser({ ...operation, session }, known)
      await also(session)
    }),
  )
  deps.wake()
}

const mayHave = ({ catalog }: RecordsDeps, { invited = false }: NewUser, role: string): boolean =>
  catalog.model.roles.has(role) || (invited && role === 'admin')

/**
 * Tries it, and undoes it. Who has the address already steps aside meanwhile, so the outcome is the same whether or not it is
 * somebody's: neither what is refused nor what is not tells which addresses are registered.
 *
 * @throws Problem saying why it would be refused
 */
export async function checkUser(deps: RecordsDeps, user: NewUser, requestId: string): Promise<void> {
  const undone = new Error('undone on purpose')
  try {
    await createUser(
      deps,
      user,
      requestId,
      () => Promise.reject(undone),
      (session) => stepAside(session, user.email),
    )
  } catch (error) {
    if (error !== undone) throw error
  }
}

async function stepAside(session: Session, email: string): Promise<void> {
  await session.run({
    text: `update public.users set email = plinth.uuid_v7()::text || '@aside.invalid' where lower(email) = lower($1::text)`,
    values: [email],
    name: 'sign-up-step-aside',
  })
}

const actorOf = ({ id, verified = false }: NewUser, roles: readonly string[]): Actor => ({
  kind: 'user',
  id,
  userId: id,
  roles: ['authenticated', ...roles],
  verified,
})

async function writeUser(operation: Operation, user: NewUser): Promise<void> {
  const { id, email, roles, fields } = user
  // The system's part: who signs up cannot choose their roles.
  const asSystem = { ...operation, actor: actorOf(user, ['admin']) }
  const mayGive = await withAccess(
    operation,
    async (access) => access.collection('users')?.grants('create').length !== 0,
  )
  const given = Object.keys(fields)
  refuseFields(mayGive ? given.filter((name) => chosenElsewhere.includes(name)) : given)
  if (!mayGive || (user.invited === true && given.length === 0)) {
    await createRecord(asSystem, 'users', { id, email, roles }, undefined)
    return
  }
  await createRecord(operation, 'users', { ...fields, id, email }, undefined)
  if (roles.length > 0) await updateRecord(asSystem, 'users', id, { roles }, {})
}

const chosenElsewhere = ['id', 'email', 'roles']

function refuseFields(names: readonly string[]): void {
  const faults = names.map((name) => ({
    path: `/${name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`,
    code: 'unknownField',
    message: 'This cannot be given here.',
  }))
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
}
