/** A record of `items` as the log has it. */
export interface Item {
  readonly id: string
  readonly name: string
  readonly kind: 'a' | 'b' | 'c'
  readonly n: number
  readonly hot: boolean
  readonly owner: string | null
  readonly parent: string | null
}

/** A role with its rule, a filter, and both once more by hand: what the server works out is held against that. */
export interface AudienceCase {
  readonly role: string
  readonly filter?: string
  /** Null where related records decide: then only the outcome can be told. */
  readonly sees: ((item: Item, userId: string) => boolean) | null
}

const roles = {
  reader: { read: true },
  of_kind: { read: "kind = 'a'" },
  owning: { read: 'owner = @user.id' },
  hot_or_own: { read: 'hot = true || owner = @user.id' },
  by_group: { read: 'parent.open = true' },
}

export const audienceCases: readonly AudienceCase[] = [
  { role: 'reader', sees: () => true },
  { role: 'reader', filter: 'n > 50', sees: ({ n }) => n > 50 },
  { role: 'reader', filter: "kind in ['a', 'b'] && hot", sees: ({ kind, hot }) => kind !== 'c' && hot },
  { role: 'of_kind', sees: ({ kind }) => kind === 'a' },
  {
    role: 'of_kind',
    filter: 'n <= 20 || name ~ "X"',
    sees: ({ kind, n, name }) => kind === 'a' && (n <= 20 || /x/i.test(name)),
  },
  { role: 'owning', sees: ({ owner }, userId) => owner === userId },
  { role: 'owning', filter: 'hot', sees: ({ owner, hot }, userId) => owner === userId && hot },
  { role: 'hot_or_own', sees: ({ hot, owner }, userId) => hot || owner === userId },
  { role: 'by_group', sees: null },
  { role: 'reader', filter: 'parent.open = true && n > 10', sees: null },
]

export const schema = {
  roles: Object.fromEntries(Object.keys(roles).map((role) => [role, { inherits: ['authenticated'] }])),
  collections: {
    groups: {
      kind: 'table',
      fields: { open: { type: 'boolean' } },
      permissions: { authenticated: { read: true } },
    },
    items: {
      kind: 'table',
      fields: {
        name: { type: 'text' },
        kind: { type: 'select', options: ['a', 'b', 'c'] },
        n: { type: 'integer' },
        hot: { type: 'boolean' },
        owner: { type: 'relation', to: 'users' },
        parent: { type: 'relation', to: 'groups' },
        secret: { type: 'text' },
      },
      permissions: Object.fromEntries(
        Object.entries(roles).map(([role, permission]) => [role, { ...permission, hide: ['secret'] }]),
      ),
    },
  },
}
