import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import { systemFields, usersFields } from './built-in.ts'
import { childPath } from './json-pointer.ts'
import { nameProblem } from './names.ts'
import { type CollectionOutline, entriesOf, type FieldOutline } from './outline.ts'

const mostFields = 300

/** Checks a collection's own names and fields, and what its kind allows. */
export const checkCollection = (collection: CollectionOutline): readonly Fault[] => [
  ...checkName(collection),
  ...checkFieldNames(collection),
  ...[...collection.fields.values()].flatMap(({ faults }) => faults),
  ...checkDisplay(collection),
  ...checkCollation(collection),
  ...(collection.kind === 'view' ? checkView(collection) : checkTable(collection)),
]

function checkName({ name, path }: CollectionOutline): readonly Fault[] {
  const message = nameProblem(name, 'collection')
  return message === null ? [] : [{ path, code: 'invalidName', message }]
}

function checkFieldNames({ name, path, declared }: CollectionOutline): readonly Fault[] {
  const names = [...entriesOf(declared.fields).keys()]
  const faults = names.flatMap((field) => {
    const message = fieldNameProblem(name, field)
    return message === null ? [] : [{ path: childPath(`${path}/fields`, field), code: 'invalidName', message }]
  })
  if (names.length <= mostFields) return faults
  const message = `A collection has ${mostFields} fields at most; this one has ${names.length}.`
  return [...faults, { path: `${path}/fields`, code: 'tooMany', message }]
}

function fieldNameProblem(collection: string, field: string): string | null {
  if (collection === 'users') {
    if (Object.hasOwn(usersFields([]), field)) return `"${field}" is a built-in field of "users": leave it out here.`
    if (field === 'password')
      return 'Plinth keeps passwords by itself, where nobody can read them: leave this field out.'
    if (field === 'verified')
      return 'Plinth knows by itself who has verified their address, as @user.verified: choose another name.'
  }
  return nameProblem(field, 'field')
}

function checkDisplay({ name, path, declared, fields }: CollectionOutline): readonly Fault[] {
  const { display } = declared
  if (typeof display !== 'string' || fields.has(display)) return []
  const message = `"${name}" has no field "${display.slice(0, 80)}".${suggestion(display, fields.keys())}`
  return [{ path: `${path}/display`, code: 'unknownField', message }]
}

function checkCollation({ path, declared }: CollectionOutline): readonly Fault[] {
  if (typeof declared.collation !== 'string' || isLocale(declared.collation)) return []
  const message = 'This is no locale: write a language, such as "de", or a language and region, such as "pt-BR".'
  return [{ path: `${path}/collation`, code: 'wrongFormat', message }]
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1
  } catch {
    return false
  }
}

function checkTable({ path, declared }: CollectionOutline): readonly Fault[] {
  if (declared.sql === undefined) return []
  return [
    {
      path: `${path}/sql`,
      code: 'notInTable',
      message: 'Only a view has "sql": leave it out, or set "kind" to "view".',
    },
  ]
}

function checkView(collection: CollectionOutline): readonly Fault[] {
  const { name, path, declared, fields } = collection
  const faults: Fault[] = []
  if (name === 'users')
    faults.push({ path: `${path}/kind`, code: 'builtIn', message: '"users" is a table: leave "kind" out.' })
  if (declared.sql === undefined)
    faults.push({
      path: `${path}/sql`,
      code: 'missing',
      message: 'A view needs "sql": the query that gives its records.',
    })
  if (declared.indexes !== undefined)
    faults.push({
      path: `${path}/indexes`,
      code: 'notInView',
      message: 'A view has no indexes: put them on its tables.',
    })
  const own = [...fields.values()].filter(({ builtIn, name: field }) => !builtIn && !Object.hasOwn(systemFields, field))
  return [...faults, ...own.flatMap(checkViewField)]
}

function checkViewField({ path, sound }: FieldOutline): readonly Fault[] {
  if (sound === null) return []
  if (sound.column?.filledBy !== undefined) {
    const message = `The query of a view gives its values, so a field is never "${sound.declared.type}" here: use the type of the value.`
    return [{ path: `${path}/type`, code: 'notInView', message }]
  }
  return ['required', 'unique', 'default', 'readonly', 'onDelete']
    .filter((option) => Object.hasOwn(sound.declared, option))
    .map((option) => ({
      path: childPath(path, option),
      code: 'notInView',
      message: `A view is not written to, so its fields take no "${option}".`,
    }))
}
