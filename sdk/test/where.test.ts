import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileSelect, compileSort } from '../src/records/compile-select.ts'
import { filterOfMany } from '../src/records/list-query.ts'
import { expr } from '../src/index.ts'
import { compileWhere } from '../src/where/compile-where.ts'

describe('a where becomes a filter', () => {
  it.each([
    [{}, 'true'],
    [{ status: 'published' }, "status = 'published'"],
    [{ status: null }, 'status = null'],
    [{ views: { gt: 10, lte: 20 } }, 'views > 10 && views <= 20'],
    [{ status: { not: 'draft' } }, "status != 'draft'"],
    [{ status: { in: ['a', null] } }, "status in ['a', null]"],
    [{ status: { notIn: [] } }, 'status not in []'],
    [{ title: { contains: 'a', notContains: 'b' } }, "title ~ 'a' && title !~ 'b'"],
    [{ title: { startsWith: 'a', endsWith: 'b' } }, "startsWith(title, 'a') && endsWith(title, 'b')"],
    [{ author: { team: { name: { contains: 'ops' } } } }, "author.team.name ~ 'ops'"],
    [{ author: { not: null, name: 'Ada' } }, "author != null && author.name = 'Ada'"],
    [{ labels: { has: 'a' } }, "'a' in labels"],
    [
      { comments: { any: { hidden: false, author: { name: 'A' } } } },
      "any(comments, hidden = false && author.name = 'A')",
    ],
    [{ comments: { none: true } }, 'none(comments, true)'],
    [{ author: { posts: { all: { views: { gt: 1 } } } } }, 'all(author.posts, views > 1)'],
    [{ place: { near: { lat: 1, lon: -2, within: 500 } } }, 'distance(place, 1, -2) <= 500'],
    [{ OR: [{ a: 1 }, { b: 2, c: 3 }], d: 4 }, '((a = 1) || (b = 2 && c = 3)) && d = 4'],
    [{ OR: [] }, 'false'],
    [{ OR: [{ a: 1 }, {}] }, 'true'],
    [{ NOT: {} }, 'false'],
    [{ AND: [] }, 'true'],
    [{ NOT: { a: 1, b: 2 } }, '!(a = 1 && b = 2)'],
    [{ author: { OR: [{ name: 'A' }, { name: 'B' }] } }, "((author.name = 'A') || (author.name = 'B'))"],
    [expr`a = ${1}`, '(a = 1)'],
    [{ AND: [expr`a = ${1}`, { b: 2 }] }, '((a = 1)) && (b = 2)'],
  ])('%j', (where, filter) => {
    expect(compileWhere(where)).toBe(filter)
  })
})

describe('what is no condition is refused before it is sent', () => {
  it.each([
    ['undefined, which would mean all', { owner: undefined }, 'is undefined'],
    ['undefined below an operator', { views: { gt: undefined } }, 'is undefined'],
    ['undefined itself', undefined, 'is an object'],
    ['an empty condition', { views: {} }, 'has no condition'],
    ['a list', { status: ['a'] }, '{ in: […] }'],
    ['text', "status = 'a'", 'is an object'],
    ['a key that is no name', { "x = 1 || 'a'": 'a' }, 'not the name of a field'],
    ['a key that is no name, below a relation', { author: { 'id)||(1': 1 } }, 'not the name of a field'],
    ['an expr that would name fields of another record', { author: { AND: [expr`name = 'x'`] } }, 'beside "author"'],
    ['OR without a list', { OR: { a: 1 } }, 'takes a list'],
    ['in without a list', { a: { in: 'abc' } }, 'takes a list'],
  ])('%s', (_, where, message) => {
    expect(() => compileWhere(where)).toThrow(message)
  })

  it('no key gets out of its place, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (key) => {
        try {
          expect(compileWhere({ [key]: 1 })).toMatch(/^[a-z][a-z0-9_]* = 1$/)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
      }),
    )
  })

  it.each([[{}], [{ AND: [] }], [{ AND: [{}, {}] }], [{ NOT: { OR: [] } }]])('a write to many with %j', (where) => {
    expect(() => filterOfMany(where)).toThrow('has no condition')
  })

  it('a write to all says so', () => {
    expect(filterOfMany(true)).toBe('true')
  })
})

describe('a select becomes text', () => {
  it.each([
    [['id', 'title'], 'id,title'],
    [{ '*': true, rev: true, author: ['name'] }, '*,rev,author(name)'],
    [{ title: true, views: undefined }, 'title'],
    [
      {
        comments: {
          select: { body: true, author: ['name'] },
          where: { hidden: false },
          sort: ['-created', 'id'],
          limit: 3,
        },
      },
      'comments(body,author(name);filter=hidden = false;sort=-created,id;limit=3)',
    ],
  ])('%j', (select, text) => {
    expect(compileSelect(select)).toBe(text)
  })

  it.each([[['a);filter=(true']], [{ 'a(b': true }], ['title'], [[1]]])('%j is refused', (select) => {
    expect(() => compileSelect(select)).toThrow(TypeError)
  })

  it.each([['-created'], ['author.name'], [['a', '-b']]])('sort %j', (sort) => {
    expect(compileSort(sort)).toBe(String(sort))
  })

  it('a key to sort by is a path', () => {
    expect(() => compileSort('a;limit=9')).toThrow('not a key')
  })
})
