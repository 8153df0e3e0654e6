import type { Field, SchemaDocument } from './schema-document.ts'

/** Roles that always exist: everybody, everybody who is signed in, and those who may do everything. */
export const builtInRoles: readonly string[] = ['anonymous', 'authenticated', 'admin']

/** A schema in which nothing is declared yet; `users` exists all the same. */
export const emptyDocument: SchemaDocument = { version: 0, roles: {}, collections: {} }

/** The fields that every table has around its own. */
export const systemFields = {
  id: { type: 'uuid', required: true, unique: true },
  created: { type: 'datetime', required: true, readonly: true },
  updated: { type: 'datetime', required: true, readonly: true },
} as const satisfies Record<string, Field>

/** The fields that `users` always has. Passwords and tokens are no fields: they live where no expression can name them. */
export const usersFields = (roles: Iterable<string>): { readonly email: Field; readonly roles: Field } => ({
  email: { type: 'email', required: true, unique: true },
  // Everybody is anonymous or authenticated by being there; the others are given.
  roles: { type: 'multiselect', options: [...roles, 'admin'], required: true, default: [], readonly: true },
})
