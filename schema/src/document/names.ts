import { builtInRoles } from './built-in.ts'

/** What a name names: each kind has words of its own that are taken. */
export type NameKind = 'collection' | 'field' | 'inverse' | 'role' | 'parameter'

const pattern = /^[a-z][a-z0-9_]{0,62}$/

// Fields that every record has, and words that are something else in expressions.
const takenByRecords = ['id', 'created', 'updated', 'rev']
const takenByExpressions = ['true', 'false', 'null', 'in', 'not']

/**
 * Says what is wrong with a name and how to mend it; null where it is fine. The one place that decides.
 *
 * @example nameProblem('Blog-Posts', 'collection') // 'A collection is named in lower-case letters, …: try "blog_posts".'
 */
export function nameProblem(name: string, kind: NameKind): string | null {
  if (!pattern.test(name)) return malformed(name, kind)
  if (kind === 'role') return builtInRoles.includes(name) ? `The role "${name}" is built in: leave it out here.` : null
  if (kind === 'collection')
    return name.startsWith('pg_') ? `Names that start with "pg_" belong to PostgreSQL: try "${name.slice(3)}".` : null
  if (kind === 'parameter') return null
  if (takenByRecords.includes(name)) return `"${name}" is built into every record: choose another name.`
  if (takenByExpressions.includes(name)) return `"${name}" is a word of the expression language: choose another name.`
  return null
}

function malformed(name: string, kind: NameKind): string {
  const near = mended(name)
  const offer = near === name || !pattern.test(near) ? '' : `: try "${near}"`
  const subject = kind === 'inverse' ? 'An inverse' : `A ${kind}`
  return `${subject} is named in lower-case letters, digits and _, starting with a letter, 63 characters at most${offer}.`
}

const mended = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 63)
