import type { Dataset } from './dataset.ts'
import type { Request } from './request.ts'

/** A kind of request that is measured. */
export interface Workload {
  readonly name: string
  readonly description: string
  /** The share of the floor's throughput that Plinth shall reach. */
  readonly goal: number
  readonly status: 200 | 201
  /** Members that differ from answer to answer even where both servers do the same. */
  readonly varying: readonly string[]
  /** The requests to send over and over; those of one round differ from those of another. */
  requests(dataset: Dataset, round: number): readonly Request[]
}

const posts = '/api/records/posts'
const howMany = 10_000

/** In the order in which they run: those that write come last, so that both servers read the same. */
export const workloads: readonly Workload[] = [
  {
    name: 'get',
    description: 'one post by id, of all that the caller may read',
    goal: 0.6,
    status: 200,
    varying: [],
    requests: ({ readable }) => picks(readable).map((id) => read(`${posts}/${id}`)),
  },
  {
    name: 'list',
    description: 'the 20 newest published posts',
    goal: 0.8,
    status: 200,
    varying: ['next'],
    requests: () => [read(`${posts}?filter=${encodeURIComponent("status='published'")}&sort=-created`)],
  },
  {
    name: 'expand',
    description: 'the same, each with its author',
    goal: 0.85,
    status: 200,
    varying: ['next'],
    requests: () => [
      read(
        `${posts}?filter=${encodeURIComponent("status='published'")}&sort=-created&select=${encodeURIComponent('*,author(id,name)')}`,
      ),
    ],
  },
  {
    name: 'create',
    description: 'a post of the caller, answered',
    goal: 0.65,
    status: 201,
    varying: ['id', 'created', 'updated'],
    requests: ({ authors }, round) =>
      picks(authors).map((author, i) => {
        const post = { title: `Post ${round}.${i}`, body: bodyText, status: 'published', views: i, author }
        return { method: 'POST', path: posts, body: JSON.stringify(post) }
      }),
  },
  {
    name: 'update',
    description: "the title of one of the caller's 10,000 posts, answered",
    goal: 0.65,
    status: 200,
    varying: ['updated'],
    requests: ({ own }, round) =>
      picks(own).map((id, i) => ({
        method: 'PATCH',
        path: `${posts}/${id}`,
        body: JSON.stringify({ title: `Changed in round ${round}, number ${i}` }),
      })),
  },
]

/** As long as those of the posts that are there. */
export const bodyText = 'All work and no play makes Jack a dull boy. '.repeat(7).trim()

const read = (path: string): Request => ({ method: 'GET', path, body: null })

const picks = (ids: readonly string[]): readonly string[] =>
  Array.from({ length: howMany }, () => ids[Math.floor(Math.random() * ids.length)] ?? '')
