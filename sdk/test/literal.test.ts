import { parseExpression, type Syntax } from '@plinth/schema'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exact, expr } from '../src/index.ts'
import { compileWhere } from '../src/where/compile-where.ts'
import { literal } from '../src/where/literal.ts'

/** Text of every kind, and of the kinds that break out of quotes where escaping is forgotten. */
const anyText = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '\n',
        '\t',
        '`',
        '$',
        '{',
        '}',
        ' ',
        'n',
        'u',
        '0',
        '|',
        '&',
        '(',
        ')',
        ';',
        '=',
        '-',
      ),
    }),
    fc.constantFrom("' || true || '", '\\', "\\'", "'", '\\\\', '${x}', "x') || ('a' = 'a"),
  )
  .filter((text) => !text.includes('\0') && text.isWellFormed())
const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.maxSafeInteger())
const anyDate = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
const anyValue = fc.oneof(anyText, anyNumber, fc.bigInt(), fc.boolean(), fc.constant(null), anyDate)

/** A value as the parser read it, and as the caller meant it. */
const meant = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  return value instanceof Date ? value.toISOString() : value
}
function read(syntax: Syntax): unknown {
  if (syntax.kind === 'number') return Number(syntax.value)
  if (syntax.kind === 'null') return null
  if (syntax.kind === 'list') return syntax.items.map(read)
  if (syntax.kind === 'text' || syntax.kind === 'boolean') return syntax.value
  throw new Error(`not a value: ${JSON.stringify(syntax)}`)
}
/** `-0` and `0` are one number. */
const same = (a: unknown, b: unknown): void => expect(JSON.stringify(a)).toBe(JSON.stringify(b))

const comparison = (text: string): Extract<Syntax, { kind: 'binary' }> => {
  const syntax = parseExpression(text)
  if (syntax.kind !== 'binary') throw new Error(`no comparison: ${text}`)
  return syntax
}

describe('whatever a value is, it stays a value', () => {
  it('where it is compared with', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { operator, left, right } = comparison(compileWhere({ author: value }))
        expect([operator, left.kind]).toEqual(['=', 'path'])
        same(read(right), meant(value))
      }),
    )
  })

  it('in a list', () => {
    fc.assert(
      fc.property(fc.array(anyValue, { maxLength: 10 }), (values) => {
        const { operator, right } = comparison(compileWhere({ author: { in: values } }))
        expect(operator).toBe('in')
        same(read(right), values.map(meant))
      }),
    )
  })

  it('in an expr, next to whatever else is in it', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (a, b) => {
        const syntax = comparison(expr`author=${a}&&title!=${b}`.text)
        expect([syntax.operator, syntax.left.kind, syntax.right.kind]).toEqual(['&&', 'binary', 'binary'])
        if (syntax.left.kind !== 'binary' || syntax.right.kind !== 'binary') throw new Error('unreachable')
        same(read(syntax.left.right), meant(a))
        same(read(syntax.right.right), meant(b))
      }),
    )
  })
})

it('an expr inside an expr stays whole', () => {
  const either = expr`a = ${1} || b = ${2}`
  const syntax = comparison(expr`${either} && c = ${3}`.text)
  expect(syntax.operator).toBe('&&')
})

it.each([
  ['undefined', undefined],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['an invalid date', new Date('x')],
  ['an object', {}],
  ['a function', () => 1],
  ['a symbol', Symbol('x')],
  ['a list in a list', [[1]]],
  ['text with NUL', 'a\0b'],
])('%s is no value', (_, value) => {
  expect(() => literal(value)).toThrow(/./)
})

it('a value cannot stand in quotes, where it could end them', () => {
  const value = ' || true || '
  expect(() => expr`title = '${value}'`).toThrow('take away')
  expect(() => expr`title = "a${value}"`).toThrow('take away')
  expect(() => expr`title = 'it\'s' && body = ${value}`).not.toThrow()
})

it('a negative number takes nothing away from what stands before it', () => {
  expect(parseExpression(expr`views ${-1}`.text).kind).not.toBe('binary')
  expect(parseExpression(expr`views > ${-1}`.text).kind).toBe('binary')
})

it('an exact number keeps its digits', () => {
  expect(literal(exact('12345678901234567890.10'))).toBe('12345678901234567890.10')
  expect(() => exact('1 || true')).toThrow('not an exact number')
})
