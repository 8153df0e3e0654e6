// Shapes of answers that must not compile: `tsc` complains of each @ts-expect-error below which there is nothing wrong.
import { createClient } from '../../src/index.ts'
import type { schema } from '../suite/schema.ts'

const { posts, users, comments } = createClient<typeof schema>('http://localhost')

/** Where a select can stand. */
export async function refusedSelect(): Promise<void> {
  // A list of names
  // @ts-expect-error there is no such field
  await posts.list({ select: ['id', 'titel'] })
  // @ts-expect-error there is no such field, in one record
  await posts.get('x', { select: ['titel'] })
  // @ts-expect-error there is no such field, in the first record
  await posts.first({ select: ['titel'] })
  // @ts-expect-error there is no such field, in what a create answers
  await posts.create({ title: 'x' }, { select: ['titel'] })
  // @ts-expect-error there is no such field, in what a list that is created answers
  await posts.create([{ title: 'x' }], { select: ['titel'] })
  // @ts-expect-error there is no such field, in what an update answers
  await posts.update('x', {}, { select: ['titel'] })
  // @ts-expect-error there is no such field, in what a replacement answers
  await posts.replace('x', { title: 'x' }, { select: ['titel'] })
  // @ts-expect-error there is no such field, in a file
  await posts.export({ select: ['titel'] })
  // @ts-expect-error there is no such field, in what is followed
  posts.subscribe({ select: ['titel'] }, () => {})
  // @ts-expect-error there is no such field, in a live list
  posts.live({ select: ['titel'] }, () => {})
  // @ts-expect-error the way back is no field of its own: it needs a shape
  await users.list({ select: ['posts'] })
  // @ts-expect-error text is no list of names
  await posts.list({ select: 'title' })
  // @ts-expect-error paths with dots are those of sorts
  await posts.list({ select: ['author.name'] })

  // An object
  // @ts-expect-error there is no such field
  await posts.list({ select: { titel: true } })
  // @ts-expect-error a field is chosen by true
  await posts.list({ select: { title: 1 } })
  // @ts-expect-error a field that is not wanted is left out
  await posts.list({ select: { '*': true, title: false } })
  // @ts-expect-error a field has no shape
  await posts.list({ select: { title: { select: ['x'] } } })
  // @ts-expect-error a way back has no ids of its own
  await posts.list({ select: { cover: true } })

  // A relation to one
  // @ts-expect-error there is no such field there
  await posts.list({ select: { author: ['title'] } })
  // @ts-expect-error there is no such field there, in an object
  await posts.list({ select: { author: { select: { title: true } } } })
  // @ts-expect-error its shape stands in `select`
  await posts.list({ select: { author: { name: true } } })
  // @ts-expect-error one record is not filtered
  await posts.list({ select: { author: { select: ['name'], where: { name: 'x' } } } })
  // @ts-expect-error one record has no limit
  await posts.list({ select: { author: { select: ['name'], limit: 1 } } })

  // A relation to many
  // @ts-expect-error there is no such field there
  await posts.list({ select: { tags: ['title'] } })
  // @ts-expect-error a shape is needed
  await posts.list({ select: { comments: { limit: 3 } } })
  // @ts-expect-error it is filtered by its own fields
  await posts.list({ select: { comments: { select: ['body'], where: { title: 'x' } } } })
  // @ts-expect-error its conditions are those of its fields
  await posts.list({ select: { comments: { select: ['body'], where: { hidden: 'yes' } } } })
  // @ts-expect-error it is sorted by its own fields
  await posts.list({ select: { comments: { select: ['body'], sort: 'title' } } })
  // @ts-expect-error a limit is a number
  await posts.list({ select: { comments: { select: ['body'], limit: '3' } } })
  // @ts-expect-error there is no such option
  await posts.list({ select: { comments: { select: ['body'], after: 'x' } } })

  // Deeper
  // @ts-expect-error there is no such field at the end
  await comments.list({ select: { post: { select: { author: { select: { team: ['nmae'] } } } } } })
}

/** What was not selected is not there. */
export async function absent(): Promise<void> {
  const [post] = await posts.list({ select: { title: true, author: ['name'], comments: { select: ['body'] } } }).all()
  // @ts-expect-error it was not selected
  void post?.id
  // @ts-expect-error it was not selected of a relation to one
  void post?.author.id
  // @ts-expect-error it was not selected of a relation to many
  void post?.comments[0]?.hidden
  // @ts-expect-error a relation to many is a list
  void post?.comments.body
  const plain = await posts.get('x', { select: ['author', 'cover'.length > 0 ? 'title' : 'title'] })
  // @ts-expect-error a relation without a shape is an id
  void plain.author.name
  const all = await posts.get('x', { select: ['*'] })
  // @ts-expect-error the revision is no field of its own
  void all.rev
  // @ts-expect-error ways back are no fields of their own
  void all.comments
  const made = await posts.create({ title: 'x' }, { select: ['id'] })
  // @ts-expect-error a write answers what was selected
  void made.title
  posts.subscribe({ select: ['id'] }, (event) => {
    // @ts-expect-error an event shows what was selected
    if (event.type === 'create') void event.record.title
    // @ts-expect-error a record that was deleted is not there
    if (event.type === 'delete') void event.record
  })
  // @ts-expect-error a live list shows what was selected
  posts.live({ select: ['id'] }, ([first]) => void first?.title)
}
