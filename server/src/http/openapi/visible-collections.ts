import type { Access } from '../../access/access.ts'

const actions = ['create', 'update', 'delete'] as const

/** Whether the caller may do anything with a collection: otherwise it does not exist for them. */
export function isVisible(access: Access, name: string): boolean {
  const permitted = access.collection(name)
  return (
    permitted !== undefined && (permitted.read !== false || actions.some((each) => permitted.grants(each).length > 0))
  )
}
