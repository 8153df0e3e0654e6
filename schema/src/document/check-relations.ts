import type { Fault } from '../errors/problem.ts'
import { suggestion } from '../errors/suggestion.ts'
import type { RelationModel } from '../model/model.ts'
import { nameProblem } from './names.ts'
import type { CollectionOutline, FieldOutline, Outline } from './outline.ts'
import { relationOf } from './relation-of.ts'

interface Relation extends RelationModel {
  readonly from: CollectionOutline
  readonly field: FieldOutline
  readonly required: boolean
}

/** Checks where relations lead, and the names of their way back. */
export function checkRelations(outline: Outline): readonly Fault[] {
  const relations = [...outline.collections.values()].flatMap(relationsOf)
  return [...relations.flatMap((relation) => checkRelation(relation, outline)), ...checkInverses(relations, outline)]
}

const relationsOf = (from: CollectionOutline): readonly Relation[] =>
  [...from.fields.values()].flatMap((field) => {
    const relation = field.sound && relationOf(field.sound.declared, field.sound.fieldType)
    return relation ? [{ ...relation, from, field, required: field.sound?.declared.required === true }] : []
  })

function checkRelation({ from, field, to, many, onDelete, required }: Relation, outline: Outline): readonly Fault[] {
  const { path, name } = field
  const faults: Fault[] = []
  const target = outline.collections.get(to)
  if (target === undefined) {
    const message = `There is no collection "${to.slice(0, 80)}".${suggestion(to, outline.collections.keys())}`
    faults.push({ path: `${path}/to`, code: 'unknownCollection', message })
  }
  if (target?.kind === 'view')
    faults.push({ path: `${path}/to`, code: 'notATable', message: `"${to}" is a view, and links lead to tables only.` })
  if (onDelete === 'setNull' && required) {
    const message = 'A required link cannot be emptied: use restrict or cascade, or leave "required" out.'
    faults.push({ path: `${path}/onDelete`, code: 'invalidOption', message })
  }
  if (many && from.kind === 'view')
    faults.push({ path: `${path}/many`, code: 'notInView', message: 'A view cannot link to many records.' })
  // The table that connects both is named after them, and PostgreSQL cuts names off after 63 bytes.
  if (many && from.name.length + name.length > 62) {
    const message = `"${from.name}" and "${name}" are too long together: a link to many needs 62 characters at most.`
    faults.push({ path, code: 'tooLong', message })
  }
  return faults
}

function checkInverses(relations: readonly Relation[], outline: Outline): readonly Fault[] {
  const taken = new Map<string, string>()
  return relations.flatMap(({ from, field, to, inverse }) => {
    if (inverse === null) return []
    const path = `${field.path}/inverse`
    const problem = nameProblem(inverse, 'inverse')
    if (problem !== null) return [{ path, code: 'invalidName', message: problem }]
    if (outline.collections.get(to)?.fields.has(inverse))
      return [{ path, code: 'nameTaken', message: `"${to}" has a field "${inverse}" already: choose another name.` }]
    if (to === 'users' && inverse === 'verified') {
      const message = 'Plinth knows by itself who has verified their address, as @user.verified: choose another name.'
      return [{ path, code: 'nameTaken', message }]
    }
    const other = taken.get(`${to}.${inverse}`)
    taken.set(`${to}.${inverse}`, `${from.name}.${field.name}`)
    if (other === undefined) return []
    const message = `"${to}" sees ${other} as "${inverse}" already: choose another name.`
    return [{ path, code: 'nameTaken', message }]
  })
}
