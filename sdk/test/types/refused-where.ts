// Conditions that must not compile, for each operator: `tsc` complains of each @ts-expect-error below which nothing is wrong.
import { createClient, exact, expr, type Where } from '../../src/index.ts'
import type { schema } from '../suite/schema.ts'

const db = createClient<typeof schema>('http://localhost')

/** One condition for each line, so that each is judged by itself. */
const takes = (where: Where<typeof schema, 'posts'>): Where<typeof schema, 'posts'> => where

export function refusedWhere(): void {
  // A value itself
  // @ts-expect-error a number is no text
  takes({ title: 1 })
  // @ts-expect-error text is no number
  takes({ views: '1' })
  // @ts-expect-error text is no decimal; exact() makes one
  takes({ price: { gt: '1' } })
  // @ts-expect-error text is no truth value
  takes({ featured: 'true' })
  // @ts-expect-error a number is no day
  takes({ day: 20260131 })
  // @ts-expect-error a number is no time
  takes({ starts: Date.now() })
  // @ts-expect-error a number is no uuid
  takes({ reference: 1 })
  // @ts-expect-error a number is no id
  takes({ author: 1 })
  // @ts-expect-error a record is no id: it would be conditions
  takes({ author: { id: 'x', titel: 'y' } })
  // @ts-expect-error a list of values is asked by `in`
  takes({ status: ['draft', 'published'] })
  // @ts-expect-error a computed truth value is no text
  takes({ popular: 'yes' })
  // @ts-expect-error an autonumber is a number
  takes({ number: '7' })
  // @ts-expect-error undefined is no condition
  takes({ title: undefined })

  // not, in, notIn
  // @ts-expect-error `not` takes a value of the field
  takes({ views: { not: 'x' } })
  // @ts-expect-error `not` takes no list
  takes({ status: { not: ['draft'] } })
  // @ts-expect-error `in` takes a list
  takes({ status: { in: 'draft' } })
  // @ts-expect-error `in` takes values of the field
  takes({ views: { in: ['1'] } })
  // @ts-expect-error `notIn` takes a list
  takes({ title: { notIn: 'x' } })
  // @ts-expect-error `notIn` takes choices that there are
  takes({ status: { notIn: ['gone'] } })
  // @ts-expect-error `in` of an id takes texts
  takes({ author: { in: [1] } })
  // @ts-expect-error several choices are asked by `has`
  takes({ labels: { in: ['news'] } })

  // gt, gte, lt, lte
  // @ts-expect-error texts are compared with texts
  takes({ title: { gt: 1 } })
  // @ts-expect-error numbers are compared with numbers
  takes({ views: { gte: 'x' } })
  // @ts-expect-error times are compared with times
  takes({ starts: { lt: 1 } })
  // @ts-expect-error nothing is smaller than null
  takes({ views: { lte: null } })
  // @ts-expect-error truth values have no order
  takes({ featured: { gt: false } })
  // @ts-expect-error choices have no order
  takes({ status: { lt: 'draft' } })
  // @ts-expect-error ids have no order
  takes({ reference: { gte: 'x' } })
  // @ts-expect-error a related record has no order
  takes({ author: { lte: 'x' } })

  // contains, notContains, startsWith, endsWith
  // @ts-expect-error text contains text
  takes({ title: { contains: 1 } })
  // @ts-expect-error numbers contain nothing
  takes({ views: { notContains: '1' } })
  // @ts-expect-error times begin with nothing
  takes({ starts: { startsWith: '2026' } })
  // @ts-expect-error choices end with nothing
  takes({ status: { endsWith: 'ed' } })
  // @ts-expect-error null is contained in nothing
  takes({ body: { contains: null } })
  // @ts-expect-error ids are compared as a whole
  takes({ reference: { startsWith: 'x' } })

  // has
  // @ts-expect-error there is no such choice
  takes({ labels: { has: 'gone' } })
  // @ts-expect-error one choice is asked at a time
  takes({ labels: { has: ['news'] } })
  // @ts-expect-error text has nothing
  takes({ title: { has: 'x' } })
  // @ts-expect-error a relation to many has ids
  takes({ tags: { has: 1 } })
  // @ts-expect-error a relation to one has nothing
  takes({ author: { has: 'x' } })

  // any, all, none
  // @ts-expect-error the conditions are those of the related collection
  takes({ tags: { any: { title: 'x' } } })
  // @ts-expect-error a value in them is one of its field
  takes({ comments: { all: { hidden: 'yes' } } })
  // @ts-expect-error `true` says nothing of all of them
  takes({ comments: { all: true } })
  // @ts-expect-error `false` is no condition
  takes({ comments: { none: false } })
  // @ts-expect-error a relation to many is compared with no id
  takes({ tags: 'x' })
  // @ts-expect-error a relation to one has no quantifier
  takes({ author: { any: { name: 'x' } } })
  // @ts-expect-error the other side of a one-to-one has no quantifier
  takes({ cover: { any: { caption: 'x' } } })
  // @ts-expect-error a field has no quantifier
  takes({ title: { none: { x: 1 } } })

  // near
  // @ts-expect-error a place needs a distance
  takes({ place: { near: { lat: 1, lon: 2 } } })
  // @ts-expect-error its numbers are numbers
  takes({ place: { near: { lat: '1', lon: 2, within: 3 } } })
  // @ts-expect-error a place is no value to compare with
  takes({ place: { lat: 1, lon: 2 } })
  // @ts-expect-error text is near to nothing
  takes({ title: { near: { lat: 1, lon: 2, within: 3 } } })

  // AND, OR, NOT
  // @ts-expect-error AND takes a list
  takes({ AND: { title: 'x' } })
  // @ts-expect-error OR takes a list
  takes({ OR: { title: 'x' } })
  // @ts-expect-error NOT takes one condition
  takes({ NOT: [{ title: 'x' }] })
  // @ts-expect-error what is in them is checked
  takes({ OR: [{ title: 'x' }, { titel: 'y' }] })
  // @ts-expect-error what is in them is checked, however deep
  takes({ AND: [{ NOT: { OR: [{ views: { gt: 'x' } }] } }] })
  // @ts-expect-error there is no operator of this name
  takes({ views: { greater: 1 } })
  // @ts-expect-error words of other clients are none of ours
  takes({ or: [{ title: 'x' }] })

  // Through relations
  // @ts-expect-error there is no such field there
  takes({ author: { team: { nmae: 'x' } } })
  // @ts-expect-error its value is one of its field
  takes({ author: { team: { name: { gt: 1 } } } })
  // @ts-expect-error there is no such relation
  takes({ autor: { name: 'x' } })
  // @ts-expect-error an expr inside a relation would name fields of the record before it
  takes({ author: { NOT: expr`name = 'x'` } })
}

/** All of these are right: what is refused above is refused for its fault alone. */
export const taken = [
  takes({ title: 'x', views: 1, price: exact('1'), featured: true, day: new Date(), starts: '2026-01-31T00:00:00Z' }),
  takes({ reference: 'x', author: 'x', status: 'draft', popular: true, number: 7, body: null, editor: null }),
  takes({ views: { not: 1, in: [1, null], notIn: [2n] }, status: { in: ['draft'], not: 'published' } }),
  takes({ title: { gt: 'a', lte: 'b' }, views: { gte: 1, lt: exact('2') }, starts: { gt: new Date(), lte: 'x' } }),
  takes({ title: { contains: 'a', notContains: 'b', startsWith: 'c', endsWith: 'd' }, contact: { endsWith: '.org' } }),
  takes({ labels: { has: 'news', not: null }, tags: { has: 'x', any: { name: 'y' }, none: true } }),
  takes({ comments: { any: true, all: { hidden: false }, none: expr`hidden` }, cover: { caption: 'x' } }),
  takes({ place: { near: { lat: 1, lon: 2, within: 3 } }, extra: { not: null }, author: { not: null, name: 'x' } }),
  takes({ AND: [{ title: 'x' }, expr`views > ${1}`], OR: [{ views: 1 }], NOT: { author: { team: { name: 'x' } } } }),
]

void db
