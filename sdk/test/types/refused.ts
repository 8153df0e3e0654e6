// Code that must not compile: `tsc` complains of each @ts-expect-error below which there is nothing wrong.
import { createClient, expr } from '../../src/index.ts'
import type { schema } from '../suite/schema.ts'

const db = createClient<typeof schema>('http://localhost')

export async function refused(): Promise<void> {
  // @ts-expect-error there is no such collection
  await db.post.list()
  // @ts-expect-error there is no such collection
  await db.collection('post').list()

  const post = await db.posts.get('x', { select: ['title'] })
  // @ts-expect-error it was not selected
  void post.views
  const shaped = await db.posts.get('x', { select: { author: ['name'], editor: ['name'] } })
  // @ts-expect-error it was not selected of the relation
  void shaped.author.team
  // @ts-expect-error it can be null
  void shaped.editor.name
  // @ts-expect-error a field can be null
  void (await db.posts.get('x')).body.length

  // @ts-expect-error a select names a field that does not exist
  await db.posts.list({ select: ['titel'] })
  // @ts-expect-error a select names a field that does not exist, beside one that does
  await db.posts.list({ select: { title: true, titel: true } })
  // @ts-expect-error a nested select names a field that does not exist
  await db.posts.list({ select: { author: ['nam'] } })
  // @ts-expect-error a nested select names a field that does not exist, beside one that does
  await db.posts.list({ select: { author: { select: { name: true, nam: true } } } })
  // @ts-expect-error a field has nothing below it
  await db.posts.list({ select: { title: ['x'] } })
  // @ts-expect-error one record is not sorted
  await db.posts.list({ select: { author: { select: ['name'], sort: 'name' } } })
  // @ts-expect-error an inverse has no ids of its own
  await db.posts.list({ select: { comments: true } })

  // @ts-expect-error a misspelt option
  await db.posts.list({ limit: 3, wher: {} })
  // @ts-expect-error there is no such field
  await db.posts.list({ where: { titel: 'x' } })
  // @ts-expect-error there is no such choice
  await db.posts.list({ where: { status: 'gone' } })
  // @ts-expect-error there is no such choice in a list
  await db.posts.list({ where: { status: { in: ['draft', 'gone'] } } })
  // @ts-expect-error text is no number
  await db.posts.list({ where: { views: { gt: '10' } } })
  // @ts-expect-error exact numbers are compared with numbers or exact()
  await db.posts.list({ where: { price: '19.90' } })
  // @ts-expect-error numbers do not contain anything
  await db.posts.list({ where: { views: { contains: '1' } } })
  // @ts-expect-error a list is asked with has
  await db.posts.list({ where: { labels: 'news' } })
  // @ts-expect-error JSON is compared with null alone
  await db.posts.list({ where: { extra: 'x' } })
  // @ts-expect-error many records are asked with any, all or none
  await db.posts.list({ where: { comments: { body: 'x' } } })
  // @ts-expect-error a relation leads to another collection
  await db.posts.list({ where: { author: { title: 'x' } } })
  // @ts-expect-error an expr inside a relation would name fields of the record before it
  await db.posts.list({ where: { author: { AND: [expr`name = 'x'`] } } })
  // @ts-expect-error undefined would mean all
  await db.posts.deleteMany(undefined)
  // @ts-expect-error text is no expression
  await db.posts.list({ where: "status = 'draft'" })

  // @ts-expect-error there is no such field to sort by
  await db.posts.list({ sort: 'titel' })
  // @ts-expect-error JSON cannot be sorted by
  await db.posts.list({ sort: 'extra' })
  // @ts-expect-error there is no such field behind the relation
  await db.posts.list({ sort: '-author.nam' })
  // @ts-expect-error a count has two kinds
  await db.posts.list({ count: true })
  // @ts-expect-error it was not counted
  void (await db.posts.list()).count

  // @ts-expect-error a required field is missing
  await db.posts.create({ body: 'x' })
  // @ts-expect-error a required field is null
  await db.posts.create({ title: null })
  // @ts-expect-error there is no such field
  await db.posts.create({ title: 'x', titel: 'x' })
  // @ts-expect-error PostgreSQL works it out
  await db.posts.create({ title: 'x', popular: true })
  // @ts-expect-error a record of the list lacks a required field
  await db.posts.create([{ title: 'x' }, {}])
  // @ts-expect-error text cannot be added to
  await db.posts.update('x', { 'title+': 1 })
  // @ts-expect-error only relations to many take links
  await db.posts.update('x', { '+author': ['y'] })
  // @ts-expect-error an id does not change
  await db.posts.update('x', { id: 'y' })

  // @ts-expect-error texts have no sum
  void (await db.posts.aggregate({ sum: ['views'] }))[0]?.sum.title
  // @ts-expect-error only times have months
  await db.posts.aggregate({ count: true, group: ['title:month'] })

  await db.batch((b) => {
    const tag = b.tags.create({ name: 'x' }, { select: ['id'] })
    // @ts-expect-error the operation does not answer it
    b.posts.create({ title: tag.name })
    // @ts-expect-error a reference to text is no number
    b.posts.create({ title: 'x', views: tag.id })
    // @ts-expect-error a batch reads single records
    b.posts.list()
  })
  // @ts-expect-error what is planned later would be in no batch
  await db.batch(async (b) => b.tags.create({ name: 'x' }))

  // @ts-expect-error a day has no time
  await db.posts.create({ title: 'x', day: new Date() })
  // @ts-expect-error a number is no time
  await db.posts.create({ title: 'x', starts: Date.now() })

  const room = await db.channel('room:1').join<{ name: string }, { text: string }>()
  // @ts-expect-error it is not what one shows there
  await room.present({ nmae: 'Ada' })
  // @ts-expect-error it is not what is sent there
  await room.broadcast('said', 'Hello')

  // @ts-expect-error a placeholder holds a value
  void expr`title = ${{ a: 1 }}`
  // @ts-expect-error a placeholder holds a value
  void expr`title = ${undefined}`
}
