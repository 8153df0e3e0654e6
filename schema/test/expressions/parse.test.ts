import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpressionError, parseExpression, type Syntax } from '../../src/index.ts'
import { errorOf } from './support/error-of.ts'
import { type Bare, bare, printExpression } from './support/print-expression.ts'

/** A tree as nested brackets: `(a && (b = 1))`. */
function show(syntax: Syntax): string {
  if (syntax.kind === 'binary') return `(${show(syntax.left)} ${syntax.operator} ${show(syntax.right)})`
  if (syntax.kind === 'not') return `!${show(syntax.of)}`
  if (syntax.kind === 'call') return `${syntax.name}(${syntax.args.map(show).join(', ')})`
  if (syntax.kind === 'list') return `[${syntax.items.map(show).join(', ')}]`
  if (syntax.kind === 'text') return JSON.stringify(syntax.value)
  return printExpression(bare(syntax))
}

describe('operators bind from || over && and ! to comparisons and sums', () => {
  test.each([
    ['a || b && c', '(a || (b && c))'],
    ['a && b || c && d', '((a && b) || (c && d))'],
    ['(a || b) && c', '((a || b) && c)'],
    ['!a = b', '!(a = b)'],
    ['!a && b', '(!a && b)'],
    ['!!a', '!!a'],
    ['a + 1 = b - 2 - 3', '((a + 1) = ((b - 2) - 3))'],
    ['a - (b - c) > 0', '((a - (b - c)) > 0)'],
    ["a not in ['x', null]", '(a not in ["x", null])'],
    ['a in []', '(a in [])'],
    ['a !~ b', '(a !~ b)'],
    ['a-1<-1', '((a - 1) < -1)'],
    ['a.b.c = @user.id', '(a.b.c = @user.id)'],
    ['@now - 1d12h', '(@now - 1d12h)'],
    ['any(tags, name ~ "x") = true', '(any(tags, (name ~ "x")) = true)'],
    ['1e3 = 1.50E-2', '(1e3 = 1.50E-2)'],
    ['  true\n&&\tfalse ', '(true && false)'],
    ['information = inner', '(information = inner)'],
  ])('%s', (text, tree) => {
    expect(show(parseExpression(text))).toBe(tree)
  })
})

describe('text stands in either kind of quotes', () => {
  test.each([
    [`'it\\'s "so"'`, 'it\'s "so"'],
    [`"it's \\"so\\""`, 'it\'s "so"'],
    [`'\\\\ \\n \\t'`, '\\ \n \t'],
    [`'\\u00e9\\uD83D\\uDE00😀'`, 'é😀😀'],
    [`''`, ''],
    [`'two\nlines'`, 'two\nlines'],
  ])('%s', (text, value) => {
    expect(parseExpression(text)).toMatchObject({ kind: 'text', value })
  })
})

test('spans are offsets into the text, brackets included where an operator holds them', () => {
  const text = '(a) = (b + 1) && !c'
  const syntax = parseExpression(text)
  if (syntax.kind !== 'binary' || syntax.left.kind !== 'binary') throw new Error('not a comparison')
  const written = (span: { readonly start: number; readonly end: number }) => text.slice(span.start, span.end)
  expect(written(syntax)).toBe(text)
  expect(written(syntax.left)).toBe('(a) = (b + 1)')
  expect(written(syntax.left.right)).toBe('b + 1')
  expect(written(syntax.right)).toBe('!c')
})

describe('what people write in other languages is answered with how it is written here', () => {
  test.each([
    ['a == 1', 'equality is written `=` @ =='],
    ['a === 1', 'equality is written `=` @ ==='],
    ['a <> 1', '`not equal` is written `!=` @ <>'],
    ['a => 1', '`at least` is written `>=` @ =>'],
    ['a & b', '`and` is written `&&` @ &'],
    ['a | b', '`or` is written `||` @ |'],
    ['a and b', '`and` is written `&&` @ and'],
    ['a OR b', '`OR` is written `||` @ OR'],
    ['not a', '`not` is written `!` @ not'],
    ['not(a)', '`not` is written `!` @ not'],
    ['a is null', '`is` is written `=` @ is'],
    ['a IS NOT NULL', '`is not` is written `!=` @ IS NOT'],
    ["a like 'x%'", '`like` is written `~` @ like'],
    ["a not like 'x'", '`not like` is written `!~` @ not like'],
    ['a IN [1]', 'write `in` in small letters @ IN'],
    ['a NOT IN [1]', 'write `not in` in small letters @ NOT IN'],
    ['a between 1 and 2', 'instead of `x between a and b` write `x >= a && x <= b` @ between'],
    ['a = NULL', 'write `null` @ NULL'],
    ['a = True', 'write `true` @ True'],
    ['a in (1, 2)', 'a list stands in square brackets: [1, 2] @ ,'],
    ["a = 'it''s'", "a quote inside text is written \\' @ 's'"],
    ['a = “x”', 'text stands in straight quotes, "like this" @ “'],
    ['a * 2 = 4', 'there is no multiplication; only `+` and `-` @ *'],
    ['tags ?= 1', 'for one of many records write any(relation, condition) @ ?='],
    ['a = 1; drop table x', 'an expression is one condition; join conditions with `&&` or `||` @ ;'],
    ['a -- comment', 'a minus sign in front stands only before a number; for a field write 0 - field @ -'],
  ])('%s', (text, error) => {
    expect(errorOf(text, parseExpression)).toBe(error)
  })
})

describe('a fault in the text is answered with its place', () => {
  test.each([
    ['', 'the expression is empty @ '],
    ['   ', 'the expression is empty @ '],
    ['a =', 'the expression ends too early: a value is missing @ '],
    ['= a', 'a value is missing before `=` @ ='],
    ['a = ) b', 'a value is missing before `)` @ )'],
    ['a = b = c', 'comparisons do not chain: instead of a < b < c write a < b && b < c @ ='],
    ['a in b not in c', 'comparisons do not chain: instead of a < b < c write a < b && b < c @ not'],
    ['(a = 1', 'this bracket has no closing `)` @ ('],
    ['a = [1, 2', 'this bracket has no closing `]` @ ['],
    ['a = [1, 2)', 'expected `]` here @ )'],
    ['a = 1)', 'this `)` closes no bracket @ )'],
    ["a = 'x", "the text that starts here has no closing ' @ 'x"],
    ['a = \'x"', "text that starts with ' must also end with ', not with \" @ 'x\""],
    ["a = 'x\\q'", 'after `\\` comes one of \' " \\ n t, or u and four hexadecimal digits @ \\q'],
    ["a = '\\u12'", "after `\\` comes one of ' \" \\ n t, or u and four hexadecimal digits @ \\u12'"],
    ["a = '\\u0000'", "text cannot contain the character U+0000 @ '\\u0000'"],
    ["a = '\\ud800'", "text cannot contain half a character (a lone surrogate) @ '\\ud800'"],
    ["a = '\ud800'", "text cannot contain half a character (a lone surrogate) @ '\ud800'"],
    ['a = 1_000', 'numbers are written without `_` @ 1_000'],
    ['a = 1.5h', 'durations take whole numbers: instead of 1.5h write 1h30m @ 1.5h'],
    ['a = 500ms', 'a duration is a whole number with w, d, h, m or s, such as 7d or 1d12h @ 500ms'],
    ['a = .5', 'numbers start with a digit @ .5'],
    ['a = 1.2.3', '`1.2.3` is not a number; one is written like 42 or 3.14 @ 1.2.3'],
    [
      '@now   7d',
      'an operator is missing here (a `+` in a URL must be written %2B; combined durations have no spaces: 1d12h) @ 7d',
    ],
    ['a = -b', 'a minus sign in front stands only before a number; for a field write 0 - field @ -'],
    ['a = !b', 'put brackets around a `!` after an operator: a = (!b) @ !'],
    ['a. = 1', 'after `.` comes the name of a field @ ='],
    ['@ = 1', 'after `@` comes user, now, today or old @ @'],
    ['größe = 1', '`ö` cannot stand in a name; text needs quotes @ ö'],
    ['a = \0', 'the character U+0000 has no meaning here @ \0'],
    ['a b', 'an operator such as `=` or `&&` is missing before `b` @ b'],
  ])('%s', (text, error) => {
    expect(errorOf(text, parseExpression)).toBe(error)
  })
})

describe('the text is bounded', () => {
  test('4,000 characters are allowed, 4,001 are not; characters beyond U+FFFF count once', () => {
    const text = (length: number) => `'${'😀'.repeat(length - 2)}'`
    expect(parseExpression(text(4000)).kind).toBe('text')
    expect(() => parseExpression(text(4001))).toThrow('longer than 4000 characters')
    expect(() => parseExpression('a'.repeat(10_000_000))).toThrow('longer than 4000 characters')
    expect(() => parseExpression('a = 1', { characters: 4, levels: 32 })).toThrow('longer than 4 characters')
  })

  test.each(['(', '[', '!', 'any('])('32 levels of %s are allowed, 33 are not, and a thousand neither', (open) => {
    const close = open === '(' || open === 'any(' ? ')' : open === '[' ? ']' : ''
    const nested = (levels: number) => `${open.repeat(levels)}a${close.repeat(levels)}`
    expect(() => parseExpression(nested(32))).not.toThrow()
    expect(errorOf(nested(33), parseExpression)).toMatch(/^the expression is nested deeper than 32 levels @ [([!]$/)
    expect(errorOf(open.repeat(900), parseExpression)).toMatch(/^the expression is nested deeper than 32 levels/)
  })

  test('a chain of a thousand operands is no depth', () => {
    expect(() => parseExpression(Array(1000).fill('a').join('||'))).not.toThrow()
  })
})

describe('for any text', () => {
  const pieces = [
    'a',
    'in',
    'not',
    ' ',
    ' ',
    '(',
    ')',
    '[',
    ']',
    ',',
    '.',
    '=',
    '!',
    '~',
    '<',
    '>',
    '&',
    '|',
    '+',
    '-',
    '@',
    "'",
  ]
  const soup = fc.array(
    fc.constantFrom(...pieces, '"', '\\', '1', '1d', '1e', '0.5', 'any(', '@user', 'null', '😀', '\ud800'),
  )
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    soup.map((parts) => parts.join('')),
  )

  test('the parser throws nothing but an ExpressionError whose span lies within the text', () => {
    fc.assert(
      fc.property(anything, (text) => {
        try {
          parseExpression(text)
        } catch (error) {
          if (!(error instanceof ExpressionError)) throw error
          const { start, end } = error.span
          expect(start >= 0 && start <= end && end <= text.length).toBe(true)
        }
      }),
      { numRuns: 5000 },
    )
  })

  const name = fc
    .stringMatching(/^[a-z][a-z0-9_]{0,6}$/)
    .filter((word) => !['in', 'not', 'true', 'false', 'null'].includes(word))
  const leaf: fc.Arbitrary<Bare> = fc.oneof(
    fc.record({
      kind: fc.constant('text' as const),
      value: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\0', '').toWellFormed()),
    }),
    fc.record({
      kind: fc.constant('number' as const),
      value: fc.stringMatching(/^-?\d{1,5}(\.\d{1,5})?([eE][+-]?\d{1,2})?$/),
    }),
    fc.record({ kind: fc.constant('duration' as const), value: fc.stringMatching(/^(\d{1,4}[wdhms]){1,3}$/) }),
    fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
    fc.constant<Bare>({ kind: 'null' }),
    fc.record({
      kind: fc.constant('path' as const),
      root: fc.option(name),
      names: fc.array(name, { minLength: 1, maxLength: 4 }),
    }),
  )
  const operators = ['=', '!=', '<', '<=', '>', '>=', '~', '!~', 'in', 'not in', '&&', '||', '+', '-'] as const
  const trees = (depth: number): fc.Arbitrary<Bare> => {
    if (depth === 0) return leaf
    const inner = trees(depth - 1)
    return fc.oneof(
      leaf,
      fc.record({
        kind: fc.constant('binary' as const),
        operator: fc.constantFrom(...operators),
        left: inner,
        right: inner,
      }),
      fc.record({ kind: fc.constant('not' as const), of: inner }),
      fc.record({ kind: fc.constant('list' as const), items: fc.array(inner, { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('call' as const), name, args: fc.array(inner, { maxLength: 3 }) }),
    )
  }

  test('a tree that is written and read again is the same tree', () => {
    fc.assert(
      fc.property(trees(4), (tree) => {
        const text = printExpression(tree)
        fc.pre(text.length <= 4000)
        expect(bare(parseExpression(text))).toEqual(tree)
      }),
      { numRuns: 3000 },
    )
  })
})
