import { isDeepStrictEqual } from 'node:util'
import { changesOf, type Tables, tablesAfter, type Write } from './ledger.ts'
import type { Observed } from './observe.ts'

export interface Verdict {
  /** In words, each fault of the database. */
  readonly faults: readonly string[]
  /** How many of the certain writes have left all their changes. */
  readonly found: number
  /** Which of the writes without an answer have happened, and which have not. */
  readonly happened: readonly Write[]
  readonly undone: readonly Write[]
}

/** Compares what there is with what the ledger says: `certain` writes have happened, `unknown` ones wholly or not at all. */
export function judge(certain: readonly Write[], unknown: readonly Write[], observed: Observed): Verdict {
  const changes = (write: Write) => observed.changes.get(write.requestId) ?? []
  const isWhole = (write: Write) => isDeepStrictEqual(changes(write), changesOf(write))
  const happened = unknown.filter(isWhole)
  const undone = unknown.filter((write) => changes(write).length === 0)
  const partly = unknown.filter((write) => !isWhole(write) && changes(write).length > 0)
  const expected = tablesAfter([...certain, ...happened])
  const faults = [
    ...certain
      .filter((write) => !isWhole(write))
      .map((write) => `lost from the change log: ${told(write, changes(write))}`),
    ...partly.map((write) => `done by half: ${told(write, changes(write))}`),
    ...tableFaults(expected, observed.tables),
    ...observed.repeated.map((mark) => `there twice: ${mark}`),
    ...observed.unexplained.map((record) => `not as the change log says: ${record}`),
  ]
  return { faults, found: certain.filter(isWhole).length, happened, undone }
}

const told = (write: Write, changes: readonly string[]): string =>
  `${write.requestId} ${write.method} ${write.path} should be [${changesOf(write).join(', ')}] and is [${changes.join(', ')}]`

function tableFaults(expected: Tables, actual: Tables): readonly string[] {
  const posts = [...new Set([...expected.posts.keys(), ...actual.posts.keys()])].flatMap((mark) => {
    const [wanted, found] = [sorted(expected.posts.get(mark)), sorted(actual.posts.get(mark))]
    return isDeepStrictEqual(wanted, found) ? [] : [`post ${mark} should be ${show(wanted)} and is ${show(found)}`]
  })
  const marks = (['tags', 'people'] as const).flatMap((name) =>
    [...new Set([...expected[name], ...actual[name]])]
      .filter((mark) => expected[name].has(mark) !== actual[name].has(mark))
      .map((mark) => `${name} ${mark} should be ${expected[name].has(mark) ? 'there' : 'absent'}`),
  )
  return [...posts, ...marks]
}

const sorted = (post: ReturnType<Tables['posts']['get']>) => post && { ...post, tags: post.tags.toSorted() }
const show = (post: unknown): string => (post === undefined ? 'absent' : JSON.stringify(post))
