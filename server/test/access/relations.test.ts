import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '../../src/access/actor.ts'
import { type Fixture, guest, problemOf, recordsFixture, type Schema, user } from '../records/fixture.ts'

// A relation is a field, so hiding it hides both of its ends.
const schema: Schema = {
  collections: {
    users: { kind: 'table', fields: {}, permissions: { authenticated: { read: 'id = @user.id' } } },
    shelves: { kind: 'table', fields: { name: { type: 'text' } }, permissions: { anonymous: { read: true } } },
    books: {
      kind: 'table',
      fields: {
        name: { type: 'text' },
        owner: { type: 'relation', to: 'users' },
        shelf: { type: 'relation', to: 'shelves', inverse: 'books' },
        place: { type: 'relation', to: 'shelves', unique: true, inverse: 'book' },
        shelves: { type: 'relation', to: 'shelves', many: true, inverse: 'all_books' },
      },
      permissions: {
        anonymous: { read: true, hide: ['shelf', 'place', 'shelves'] },
        authenticated: {
          read: true,
          readIf: { shelf: 'owner = @user.id', place: 'owner = @user.id', shelves: 'owner = @user.id' },
        },
      },
    },
  },
}

let f: Fixture
let [ann, bob, shelf]: string[] = []
beforeAll(async () => {
  f = await recordsFixture(schema)
  const make = async (collection: string, body: object) => String((await f.create(collection, body))['id'])
  ann = await make('users', { email: 'ann@example.org' })
  bob = await make('users', { email: 'bob@example.org' })
  shelf = await make('shelves', { name: 's' })
  await make('books', { name: 'hers', owner: ann, shelf, shelves: [shelf] })
  await make('books', { name: 'his', owner: bob, shelf, place: shelf, shelves: [shelf] })
})
afterAll(() => f?.close())

it('a hidden relation exists at neither end', async () => {
  const hiding: readonly [string, string][] = [
    ['books', 'shelf'],
    ['books', 'place'],
    ['books', 'shelves'],
    ['shelves', 'books'],
    ['shelves', 'book'],
    ['shelves', 'all_books'],
  ]
  for (const [collection, name] of hiding) {
    const refused = async (query: object) =>
      (await problemOf(f.list(collection, query, guest))).message.replaceAll(name, 'missing')
    const missing = async (query: object) => (await problemOf(f.list(collection, query, guest))).message
    expect(await refused({ select: `${name}(id)` })).toBe(await missing({ select: 'missing(id)' }))
    expect(await refused({ filter: `any(${name}, true)` })).toBe(await missing({ filter: 'any(missing, true)' }))
    expect(await refused({ sort: `${name}.name` })).toBe(await missing({ sort: 'missing.name' }))
  }
})

const seen = async (actor: Actor) => ({
  shelf: await f.get('shelves', shelf ?? '', 'books(name),book(name),all_books(name)', actor),
  books: (await f.list('books', { sort: 'name', select: 'name,shelf,place,shelves(name)' }, actor)).items,
  inverse: await f.list('shelves', { filter: "any(books, name = 'his')", select: 'id' }, actor),
  joined: await f.list('shelves', { filter: "any(all_books, name = 'his')", select: 'id' }, actor),
  toOne: await f.list('shelves', { filter: "book.name = 'his'", select: 'id' }, actor),
  own: await f.list('books', { filter: "any(shelves, name = 's')", select: 'name' }, actor),
  hop: await f.list('books', { filter: "shelf.name = 's'", select: 'name' }, actor),
  counted: await f.list('shelves', { filter: 'count(all_books) = 1 && count(books) = 1', select: 'id' }, actor),
})

it('a relation shown on some records leads from and to those alone', async () => {
  expect(await seen(user(ann ?? ''))).toEqual({
    shelf: { books: [{ name: 'hers' }], book: null, all_books: [{ name: 'hers' }] },
    books: [{ name: 'hers', shelf, place: null, shelves: [{ name: 's' }] }, { name: 'his' }],
    inverse: { items: [], next: null },
    joined: { items: [], next: null },
    toOne: { items: [], next: null },
    own: { items: [{ name: 'hers' }], next: null },
    hop: { items: [{ name: 'hers' }], next: null },
    counted: { items: [{ id: shelf }], next: null },
  })
})

it('and is the same for another user under the same plans', async () => {
  expect(await seen(user(bob ?? ''))).toMatchObject({
    shelf: { books: [{ name: 'his' }], book: { name: 'his' }, all_books: [{ name: 'his' }] },
    inverse: { items: [{ id: shelf }] },
    joined: { items: [{ id: shelf }] },
    toOne: { items: [{ id: shelf }] },
    own: { items: [{ name: 'his' }] },
  })
})
