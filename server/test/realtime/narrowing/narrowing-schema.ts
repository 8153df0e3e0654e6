import type { Schema } from '../../records/fixture.ts'

/** What is asked about records of a collection: as the rule of a role, and as the filter of those who may read by others. */
export const conditions: readonly (readonly [collection: string, expression: string])[] = [
  ['posts', "author.team.name = 'a' && title != 'c'"],
  ['posts', 'author.team != null && author.team = @user.team'],
  ['posts', 'author.boss.boss = @user.id || any(author.reports, team.open = true)'],
  ['posts', "any(tags, hot = true) && none(tags, name = 'b')"],
  ['posts', "parent.parent.title = 'a' || count(children) > 1"],
  ['posts', 'all(comments, by.team = @user.team || hidden = true)'],
  ['posts', 'pin.open = true || (pin = null && any(author.pinned, hot = true))'],
  ['posts', "@user.team.name = 'a' && any(@user.team.members, boss != null)"],
  ['posts', '@user.id in author.team.members || author in @user.reports'],
  ['posts', 'any(tags, count(posts) > 1 && any(posts, author.team.open = true))'],
  ['posts', "search('a', title, author.team.name) && count(author.team.members) > 0"],
  ['users', 'boss.boss.team.open = true || any(reports, count(posts) > 1)'],
  ['users', "any(pinned, any(posts, title = 'a')) || id = @user.boss"],
  ['teams', 'any(members, any(posts, any(comments, hidden = false)))'],
  ['comments', "post.parent.author.team = @user.team || any(post.tags, name = 'a')"],
]

const text = { type: 'text' } as const
const boolean = { type: 'boolean' } as const
const one = (to: string, onDelete: 'setNull' | 'cascade', inverse?: string) =>
  ({ type: 'relation', to, onDelete, ...(inverse !== undefined && { inverse }) }) as const
const many = (to: string, inverse: string) => ({ type: 'relation', to, many: true, inverse }) as const

/** Each condition is the rule of a role of its own. */
export const roleOf = (condition: number): string => `role${condition}`

const rulesFor = (collection: string) =>
  Object.fromEntries(
    conditions.flatMap(([about, read], i) => (about === collection ? [[roleOf(i), { read }] as const] : [])),
  )

export const schema: Schema = {
  roles: Object.fromEntries([...conditions.keys()].map((i) => [roleOf(i), {}])),
  collections: {
    users: {
      kind: 'table',
      fields: {
        team: one('teams', 'setNull', 'members'),
        boss: one('users', 'setNull', 'reports'),
        pinned: many('tags', 'pinners'),
      },
      permissions: { authenticated: { read: true, readIf: { boss: 'team.open = true' } }, ...rulesFor('users') },
    },
    teams: {
      kind: 'table',
      fields: { name: text, open: boolean },
      permissions: {
        authenticated: { read: "open = true && (name = 'a' || count(members) > 1)" },
        ...rulesFor('teams'),
      },
    },
    tags: {
      kind: 'table',
      fields: { name: text, hot: boolean },
      permissions: { authenticated: { read: "any(posts, title != 'b')" } },
    },
    posts: {
      kind: 'table',
      fields: {
        title: text,
        author: one('users', 'setNull', 'posts'),
        parent: one('posts', 'cascade', 'children'),
        tags: many('tags', 'posts'),
      },
      permissions: {
        authenticated: { read: "title != 'b' || any(tags, hot = true)", readIf: { tags: 'author.team.open = true' } },
        ...rulesFor('posts'),
      },
    },
    comments: {
      kind: 'table',
      fields: { post: one('posts', 'cascade', 'comments'), by: one('users', 'setNull'), hidden: boolean },
      permissions: { authenticated: { read: 'hidden = false || by = @user.id' }, ...rulesFor('comments') },
    },
    pins: {
      kind: 'table',
      fields: { post: { ...one('posts', 'cascade', 'pin'), unique: true }, open: boolean },
      permissions: { authenticated: { read: 'post.author.team = @user.team' } },
    },
  },
}
