import { readdirSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldType } from '../src/fields/field-type.ts'
import { atLeast, atMost, compareDecimals } from '../src/fields/formats/decimal-text.ts'
import { sqlLiteral } from '../src/fields/formats/sql-literal.ts'
import { type FieldTypeName, fieldType, fieldTypes } from '../src/fields/index.ts'
import { optionsSchema } from '../src/fields/options-schema.ts'

const ajv = new Ajv2020({ strict: true, allErrors: true })
addFormats.default(ajv)

// Object.keys answers string[], whatever the object's type.
const names = Object.keys(fieldTypes) as FieldTypeName[]
const typeOf = (name: FieldTypeName): FieldType => fieldTypes[name]
const short = (value: unknown) => (JSON.stringify(value) ?? 'undefined').slice(0, 60)

describe.each(names)('field type %s', (name) => {
  const type = typeOf(name)

  it('says in plain words what it is', () => {
    expect(type.label).not.toBe('')
    expect(type.summary).toMatch(/^[A-Z].*\.$/)
    expect(type.label.toLowerCase()).not.toContain('sql')
  })

  for (const { options, valid, invalid } of type.examples) {
    describe(`with ${short(options)}`, () => {
      const accepts = ajv.compile(type.value(options))

      it('takes these options', () => {
        expect(ajv.validate(optionsSchema(name, options), { type: name, ...options })).toBe(true)
        expect(type.problems?.(options) ?? []).toEqual([])
      })

      it('takes a valid value as default, where it takes defaults', () => {
        const field = { type: name, ...options, default: valid[0] }
        expect(ajv.validate(optionsSchema(name, options), field)).toBe(type.commonOptions.includes('default'))
      })

      it.each(valid.map((value) => [short(value), value]))('accepts %s', (_, value) => {
        expect(accepts(value)).toBe(true)
      })

      it.each(invalid.map((value) => [short(value), value]))('refuses %s', (_, value) => {
        expect(accepts(value)).toBe(false)
      })

      it('has only texts as values where they travel as text', () => {
        const isText = type.column(options)?.wire === 'text'
        expect(isText ? valid.filter((value) => typeof value !== 'string') : []).toEqual([])
      })
    })
  }

  it('refuses an option nobody knows', () => {
    const options = type.examples[0]?.options ?? {}
    expect(ajv.validate(optionsSchema(name), { type: name, ...options, colour: 'red' })).toBe(false)
  })

  it('has examples of both kinds', () => {
    expect(type.examples.flatMap((example) => example.valid).length).toBeGreaterThan(0)
    expect(type.examples.flatMap((example) => example.invalid).length).toBeGreaterThan(0)
  })
})

describe('the register', () => {
  it('has every file of the folder', () => {
    const own = ['common-options', 'field-type', 'index', 'options-schema']
    const files = readdirSync(new URL('../src/fields', import.meta.url), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name.replace('.ts', ''))
    expect(names.toSorted()).toEqual(files.filter((file) => !own.includes(file)).toSorted())
  })

  it.each(['__proto__', 'constructor', 'toString', '', 'Text', 'varchar'])('knows no type %j', (name) => {
    expect(fieldType(name)).toBeUndefined()
  })
})

describe('problems between options', () => {
  it.each<[FieldTypeName, object, string]>([
    ['text', { minLength: 5, maxLength: 4 }, 'minLength'],
    ['text', { minLength: 10_001 }, 'minLength'],
    ['integer', { min: 2, max: 1 }, 'min'],
    ['float', { min: 0.2, max: 0.1 }, 'min'],
    ['decimal', { min: '10', max: '9.99' }, 'min'],
    ['decimal', { precision: 5 }, 'precision'],
    ['decimal', { scale: 5 }, 'scale'],
    ['decimal', { precision: 2, scale: 3 }, 'scale'],
    ['date', { min: '2026-01-02', max: '2026-01-01' }, 'min'],
    ['relation', { to: 'tags', many: true, onDelete: 'cascade' }, 'onDelete'],
  ])('%s with %j is a problem of %s', (name, options, option) => {
    expect(
      typeOf(name)
        .problems?.(options)
        .map(([at]) => at),
    ).toEqual([option])
  })
})

describe('TypeScript types', () => {
  it.each<[FieldTypeName, object, string]>([
    ['text', {}, 'string'],
    ['decimal', {}, 'string'],
    ['select', { options: ['a', "it's", '"'] }, String.raw`"a" | "it's" | "\""`],
    ['multiselect', { options: ['a', 'b'] }, '("a" | "b")[]'],
    ['relation', { to: 'tags', many: true }, 'string[]'],
    ['computed', { expression: 'a', result: 'float' }, 'number'],
  ])('%s with %j is %s', (name, options, typescript) => {
    expect(typeOf(name).typescript(options)).toBe(typescript)
  })
})

describe('bounds of decimals', () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.nat(2_000), fc.option(fc.stringMatching(/^[0-9]{1,3}$/)))
    .map(([negative, whole, places]) => `${negative ? '-' : ''}${whole}${places === null ? '' : `.${places}`}`)

  it('hold exactly the numbers that compare so', () => {
    fc.assert(
      fc.property(decimal, decimal, (bound, number) => {
        const order = Math.sign(Number(number) - Number(bound))
        expect(compareDecimals(number, bound)).toBe(order)
        expect(new RegExp(`^(?:${atLeast(bound)})$`, 'u').test(number)).toBe(order >= 0)
        expect(new RegExp(`^(?:${atMost(bound)})$`, 'u').test(number)).toBe(order <= 0)
      }),
      { numRuns: 3_000 },
    )
  })
})

it('SQL literals keep quotes and backslashes', () => {
  expect([sqlLiteral("it's"), sqlLiteral('a\\b')]).toEqual(["'it''s'", String.raw`E'a\\b'`])
})
