import { describe, expect, test } from 'vitest'
import { checkExpression, type ValueType } from '../../src/index.ts'
import { blogScope, labels, status } from './support/blog-scope.ts'
import { errorOf } from './support/error-of.ts'
import { showExpression } from './support/show-expression.ts'

const users: ValueType = { kind: 'record', collection: 'users' }
const id = '01890a5d-ac96-774b-bcce-b302099a8057'

describe('a value for a field fits its type', () => {
  const cases: readonly (readonly [text: string, type: ValueType, tree: string])[] = [
    ['@user.id', users, 'user.id:record'],
    ['author', users, 'record.author:record'],
    ['code', users, 'record.code:id'],
    [`'${id}'`, users, `'${id}':record`],
    ['author', { kind: 'id' }, 'record.author:record'],
    ['null', users, 'null:null'],
    ['null', { kind: 'boolean' }, 'null:null'],
    ['@now', { kind: 'datetime' }, 'now'],
    ['@now + 7d', { kind: 'datetime' }, '(now +time 604800000:duration):datetime'],
    ["'2026-01-31'", { kind: 'datetime' }, '1769817600000:datetime'],
    ["'2026-01-31'", { kind: 'date' }, "'2026-01-31':date"],
    ['@today', { kind: 'date' }, 'today'],
    ["'draft'", status, "'draft':choice"],
    ['status', { kind: 'text' }, 'record.status:choice'],
    ['lower(title)', { kind: 'text' }, 'lower(record.title:text)'],
    ['views + 1', { kind: 'decimal' }, "(record.views:integer +exact '1':integer):integer"],
    ['views', { kind: 'float' }, 'record.views:integer'],
    ['1.5', { kind: 'float' }, "'1.5':float"],
    ['views > 1', { kind: 'boolean' }, "(record.views:integer >exact '1':integer)"],
    ["['red']", labels, "['red':choice]"],
    ['[]', labels, '[]'],
    ['labels', labels, 'record.labels:list'],
  ]
  test.each(cases)('%s', (text, type, tree) => {
    expect(showExpression(checkExpression(text, blogScope, type))).toBe(tree)
  })
})

describe('a value that may not fit is refused', () => {
  const cases: readonly (readonly [text: string, type: ValueType, error: string])[] = [
    ['tags', users, '`tags` (many records of tags) does not fit: this needs a record of users @ tags'],
    ['id', users, '`id` (a record of posts) does not fit: this needs a record of users @ id'],
    ['title', status, '`title` (text) does not fit: this needs a choice @ title'],
    ["'x'", status, "there is no choice 'x'; there are: 'draft', 'published' @ 'x'"],
    ['price', { kind: 'float' }, '`price` (a decimal number) does not fit: this needs a floating-point number @ price'],
    ['1.5', { kind: 'integer' }, '`1.5` (a decimal number) does not fit: this needs a whole number @ 1.5'],
    ['9007199254740992', { kind: 'integer' }, 'whole numbers lie within ±9007199254740991 @ 9007199254740992'],
    ['@now', { kind: 'date' }, '`@now` (a date and time) does not fit: this needs a date; use @today @ @now'],
    ['@today', { kind: 'datetime' }, '`@today` (a date) does not fit: this needs a date and time; use @now @ @today'],
    ['[null]', labels, '`null` (null) does not fit: this needs a choice @ null'],
    ["['red']", { kind: 'text' }, "a list does not fit: this needs text @ ['red']"],
    [
      '@user.id',
      { kind: 'records', collection: 'users' },
      'a relation to many records cannot be given by an expression @ @user.id',
    ],
  ]
  test.each(cases)('%s', (text, type, error) => {
    expect(errorOf(text, (given) => checkExpression(given, blogScope, type))).toBe(error)
  })
})
