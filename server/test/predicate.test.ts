import { checkExpression, foldAbsentUser } from '@plinth/schema'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePredicate } from '../src/realtime/predicate/compile-predicate.ts'
import type { PredicateInput } from '../src/realtime/predicate/predicate-input.ts'
import { OutsideRecord } from '../src/realtime/predicate/read-path.ts'
import { sampleExpression } from './support/random/random-expressions.ts'
import {
  moments,
  roleLists,
  sampleRecord,
  sampleUpdate,
  userRecord,
  wireTime,
} from './support/random/random-records.ts'
import { sampleScope } from './support/random/sample-collections.ts'

const now = new Date('2026-01-31T12:00:00.000Z')
const input: PredicateInput = {
  record: {
    id: '01890a5d-ac96-774b-bcce-b302099a8057',
    title: 'Straße 😀',
    note: null,
    status: 'draft',
    stock: 5,
    sold: 9007199254740991,
    price: '9007199254740993.10',
    cost: `1${'0'.repeat(400)}`,
    weight: 0.30000000000000004,
    height: null,
    active: true,
    archived: null,
    born: '2000-02-29',
    starts: '2026-01-31T11:59:59.12+00:00',
    ends: '2026-02-01T00:00:00+00:00',
    due: '2026-02-01',
    labels: ['red'],
    marks: null,
    owner: '0197f1a0-0000-7000-8000-000000000001',
    editor: null,
    place: { lat: 52.52, lon: 13.405 },
    home: { lon: 13.405, lat: 52.52 },
    extra: { a: 1 },
  },
  old: { title: 'Straße 😀', price: '9007199254740993.1', stock: 4, marks: ['red'], labels: ['red'], home: null },
  user: { id: '0197f1a0-0000-7000-8000-000000000001', level: 5, nickname: 'strasse' },
  roles: ['authenticated', 'editor'],
  verified: true,
  now,
}
const holds = (text: string, given = input) => compilePredicate(checkExpression(text, sampleScope))(given)

describe('a predicate answers as PostgreSQL would', () => {
  const cases: readonly (readonly [text: string, expected: boolean])[] = [
    // Nulls compare like a value, and negation is exact.
    ['note = null', true],
    ['note != null', false],
    ["note = 'x'", false],
    ["note != 'x'", true],
    ["note < 'x'", false],
    ["!(note < 'x')", true],
    ['note <= null', true],
    ['note < null', false],
    ["note ~ 'x'", false],
    ["note !~ 'x'", true],
    ['archived', false],
    ['!archived', true],
    ['archived = false', false],
    ['archived = null', true],
    ["note in ['a', null]", true],
    ["note not in ['a']", true],
    ["'red' in marks", false],
    ["'red' not in marks", true],
    ['marks = null', true],
    ['labels != null', true],
    ['height + 1 = null', true],
    ['extra = null', false],
    // Text: code points, case.
    ["title ~ 'STRASSE'", false],
    ["title ~ 'straße'", true],
    ["title ~ ''", true],
    ['length(title) = 8', true],
    ["endsWith(title, '😀')", true],
    ["startsWith(title, 'stra')", false],
    ["'😀' > '\uffff'", true],
    ["'\ue000' < '😀'", true],
    ["lower('ΟΔΟΣ') = 'οδος'", true],
    ["lower('İ') = 'i\u0307'", true],
    ["search('😀 STRASSE', title)", false],
    ["search('😀 straße draft', title, status)", true],
    // Numbers: exact beyond doubles, doubles as doubles.
    ['price = 9007199254740993.1', true],
    ['price > 9007199254740993', true],
    ['sold + 2 = 9007199254740993', true],
    ['sold + 2 = 9007199254740992', false],
    ['weight = 0.3', false],
    ['weight = 0.30000000000000004', true],
    ['weight < cost', true],
    ['weight in [1, 0.30000000000000004]', true],
    ['stock in [5.0]', true],
    ['1e3 = 1000', true],
    // Times.
    ['starts < @now', true],
    ['starts > @now - 1s', true],
    ["starts = '2026-01-31T12:59:59.120+01:00'", true],
    ['due = ends', true],
    ["ends = '2026-02-01'", true],
    ['due > @today', true],
    ['due = @today + 1d', true],
    ['due - @today = 24h', true],
    ['due - 12h = @now', true],
    ["born = '2000-02-29'", true],
    ["starts - '2026-01-31' < 12h", true],
    // Ids, the user, places.
    ['owner = @user.id', true],
    ['editor = @user.id', false],
    ["id = '01890A5D-AC96-774B-BCCE-B302099A8057'", true],
    ["owner in ['0197F1A0-0000-7000-8000-000000000001']", true],
    ['stock = @user.level', true],
    ["'editor' in @user.roles", true],
    ['@user.verified', true],
    ['@user.verified = false', false],
    ["'admin' in @user.roles", false],
    ['place = home', true],
    ['distance(place, 48.8566, 2.3522) < 878000', true],
    ['distance(place, 48.8566, 2.3522) > 877000', true],
    ['distance(place, 52.52, 13.405) = 0', true],
    // The record before the update.
    ['changed(title)', false],
    ['changed(price)', false],
    ['changed(stock)', true],
    ['changed(marks)', true],
    ['changed(labels)', false],
    ['changed(home)', true],
    ['@old.stock + 1 = stock', true],
    // Constants and chains.
    ["'a' in []", false],
    ["'a' not in []", true],
    ['(stock = 5) = active', true],
    ['(stock = 4) = archived', false],
    ['false || active && !archived', true],
  ]
  test.each(cases)('%s is %s', (text, expected) => {
    expect(holds(text)).toBe(expected)
  })
})

test('for an actor who is no user, what asks about the user never grants', () => {
  const guest: PredicateInput = { ...input, user: null, roles: ['anonymous'] }
  const folded = (text: string) => compilePredicate(foldAbsentUser(checkExpression(text, sampleScope)))(guest)
  expect(folded('editor = @user.id')).toBe(false)
  expect(folded('editor != @user.id')).toBe(false)
  expect(folded('!(owner = @user.id && active)')).toBe(false)
  expect(folded('@user.id = null')).toBe(false)
  expect(folded('(owner = @user.id) = false')).toBe(false)
  expect(folded('active || owner = @user.id')).toBe(true)
  expect(folded("'anonymous' in @user.roles")).toBe(true)
})

test('an expression that follows a relation is refused when it is compiled', () => {
  for (const text of ["owner.nickname = 'x'", 'owner.id = @user.id', 'changed(extra)'])
    expect(() => compilePredicate(checkExpression(text, sampleScope)), text).toThrow(OutsideRecord)
})

test('whole seconds and milliseconds are written as PostgreSQL writes them', () => {
  expect(wireTime(Date.parse('2026-01-31T10:00:00Z'))).toBe('2026-01-31T10:00:00+00:00')
  expect(wireTime(Date.parse('2026-01-31T10:00:00.120Z'))).toBe('2026-01-31T10:00:00.12+00:00')
  expect(wireTime(Date.parse('2026-01-31T10:00:10.001Z'))).toBe('2026-01-31T10:00:10.001+00:00')
})

test('random conditions on random records are decided without an error, and negation turns each around', () => {
  const cases = fc.record({
    text: sampleExpression({ old: true }),
    pair: sampleRecord.chain((old) => sampleUpdate(old).map((record) => ({ old, record }))),
    user: userRecord,
    roles: roleLists,
    verified: fc.boolean(),
    now: moments,
  })
  fc.assert(
    fc.property(cases, ({ text, pair, ...rest }) => {
      const given = { ...pair, ...rest }
      expect(holds(`!(${text})`, given)).toBe(!holds(text, given))
    }),
    { numRuns: 2000 },
  )
})
