import { isOpened, isRecord, printKey, printValue, sameJson } from '@plinth/schema'
import type { ArrayExpression, Comment, Expression, ObjectExpression } from 'oxc-parser'
import { type ParsedFile, unwrap } from './find-schema.ts'
import { isSame } from './is-same.ts'
import { layoutOf, type Span } from './members.ts'
import { addedKeys, canPatch, memberOrder, ownKeys, spreadKey, type Values } from './patch-object.ts'
import { joinLine, joinLines, type Member, type NewMember, type Parts } from './join-members.ts'
import { type SourceStyle, sourceStyle } from './source-style.ts'
import { keyOf, staticValue, unknown } from './static-value.ts'

type Path = readonly string[]

/** A place in the tree: the value that stands there and the one that should. */
interface Place {
  readonly node: Expression
  readonly current: unknown
  readonly wanted: unknown
  readonly path: Path
  /** Whether it has to stay on the line it is on. */
  readonly onLine: boolean
}

/**
 * The text of a schema file changed so that it says `wanted` instead of `current`. What need not change stays as it is
 * to the letter: comments, line breaks, constants, functions.
 *
 * @param current what the file says now
 */
export function updateSource({ source, comments, schema }: ParsedFile, current: unknown, wanted: unknown): string {
  const updater = new Updater(source, comments)
  const text = updater.render({ node: schema, current, wanted, path: [], onLine: false })
  return source.slice(0, schema.start) + text + source.slice(schema.end)
}

class Updater {
  readonly #source: string
  readonly #comments: readonly Comment[]
  readonly #style: SourceStyle

  constructor(source: string, comments: readonly Comment[]) {
    this.#source = source
    this.#comments = comments
    this.#style = sourceStyle(source)
  }

  render(place: Place): string {
    const { node, current, wanted, path } = place
    if (isSame(path, current, wanted)) return this.#textOf(node)
    const inner = unwrap(node)
    const text = this.#renderInner({ ...place, node: inner })
    return this.#source.slice(node.start, inner.start) + text + this.#source.slice(inner.end, node.end)
  }

  #renderInner(place: Place): string {
    const anew = () => this.#print(place.wanted, place.path, this.#marginOf(place.node), this.#columnOf(place.node))
    const isOneLine = !this.#textOf(place.node).includes('\n')
    if (place.onLine || !isOneLine || isEmpty(place.current)) return this.#renderParts(place) ?? anew()
    // What stands on one line stays there while it fits; else it is laid out anew, unless that would lose something.
    const line = this.#renderParts({ ...place, onLine: true }) ?? anew()
    // The whole schema and its collections are never crammed into one line.
    const fits =
      place.path.length > 1 && !line.includes('\n') && this.#columnOf(place.node) + line.length < this.#style.width
    return fits || !this.#isPlain(place.node) ? line : anew()
  }

  /** Null where the parts cannot be told apart: then all of it is written anew. */
  #renderParts(place: Place): string | null {
    const { node, current, wanted } = place
    if (node.type === 'ObjectExpression' && isRecord(current) && isRecord(wanted))
      return this.#renderObject(place, node, current, wanted)
    if (node.type === 'ArrayExpression' && Array.isArray(current) && Array.isArray(wanted))
      return this.#renderList(place, node, current, wanted)
    return null
  }

  #renderObject(place: Place, node: ObjectExpression, current: Values, wanted: Values): string | null {
    const own = ownKeys(node)
    if (own === null || !canPatch(node, own, current, wanted, place.path)) return null
    const { members: surroundings, ...layout } = layoutOf(this.#source, this.#comments, node, node.properties)
    const kept = new Map<string, Member>()
    node.properties.forEach((property, from) => {
      const around = surroundings[from] ?? { lead: '', trail: '' }
      const isSpread = property.type === 'SpreadElement'
      const key = isSpread ? spreadKey(from) : (keyOf(property) ?? '')
      if (isSpread) kept.set(key, { ...around, from, body: this.#textOf(property) })
      else if (wanted[key] !== undefined)
        kept.set(key, { ...around, from, body: this.#renderProperty(place, property, key, current[key], wanted[key]) })
    })
    const keys = memberOrder([...kept.keys()], addedKeys(own, current, wanted, place.path), wanted, place.path)
    const members = keys.map((key) => kept.get(key) ?? this.#newMember(place, key, wanted[key]))
    return this.#join(place, { ...layout, brackets: '{}', originals: surroundings, members })
  }

  #renderProperty(
    { path, onLine }: Place,
    property: Exclude<ObjectExpression['properties'][number], { type: 'SpreadElement' }>,
    key: string,
    current: unknown,
    wanted: unknown,
  ): string {
    const inner = [...path, key]
    if (isSame(inner, current, wanted)) return this.#textOf(property)
    const isPlain = !property.shorthand && !property.method && property.kind === 'init'
    if (!isPlain) return this.#printMember(inner, wanted, this.#marginOf(property))
    const name = this.#source.slice(property.start, property.value.start)
    return name + this.render({ node: property.value, current, wanted, path: inner, onLine })
  }

  #renderList(place: Place, node: ArrayExpression, current: readonly unknown[], wanted: readonly unknown[]) {
    const elements = node.elements.flatMap((each) => (each === null || each.type === 'SpreadElement' ? [] : [each]))
    if (elements.length !== node.elements.length || elements.length !== current.length) return null
    const { members: surroundings, ...layout } = layoutOf(this.#source, this.#comments, node, elements)
    const origins = matchItems(current, wanted)
    const path = [...place.path, '0']
    const members = wanted.map((value, i): Member | NewMember => {
      const from = origins[i]
      const element = from === undefined ? undefined : elements[from]
      if (from === undefined || element === undefined)
        return (margin) => this.#print(value, path, margin ?? '', margin?.length ?? Number.NEGATIVE_INFINITY)
      const around = surroundings[from] ?? { lead: '', trail: '' }
      const body = this.render({ node: element, current: current[from], wanted: value, path, onLine: place.onLine })
      return { ...around, from, body }
    })
    return this.#join(place, { ...layout, brackets: '[]', originals: surroundings, members })
  }

  #join({ node, path, onLine }: Place, parts: Omit<Parts, 'margin' | 'style'>): string {
    const all = { ...parts, margin: this.#marginOf(node), style: this.#style }
    const hasLines = this.#textOf(node).includes('\n') || (parts.originals.length === 0 && isOpened(path))
    return onLine || !hasLines ? joinLine(all) : joinLines(all)
  }

  #newMember({ path }: Place, key: string, value: unknown): NewMember {
    return (margin) => this.#printMember([...path, key], value, margin)
  }

  /** @param margin the indentation of its line; null where it may not have further lines */
  #printMember(path: Path, value: unknown, margin: string | null): string {
    const name = `${printKey(path.at(-1) ?? '', this.#style)}: `
    if (margin === null) return name + this.#print(value, path, '', Number.NEGATIVE_INFINITY)
    return name + this.#print(value, path, margin, margin.length + name.length)
  }

  /** @param column where it starts; -∞ for one line however long */
  #print(value: unknown, path: Path, margin: string, column: number): string {
    const opened = (inner: Path) => column >= 0 && isOpened([...path, ...inner])
    const text = printValue(value, this.#style, { margin, taken: column + 1, opened })
    return text.replaceAll('\n', this.#style.newline)
  }

  /** Whether nothing stands there but the value. */
  #isPlain = (node: Expression): boolean =>
    staticValue(node) !== unknown && !this.#comments.some(({ start }) => start >= node.start && start < node.end)

  #textOf = ({ start, end }: Span) => this.#source.slice(start, end)

  /** The indentation of the line of a place. */
  #marginOf = ({ start }: Span) => /^[ \t]*/.exec(this.#source.slice(this.#lineStart(start)))?.[0] ?? ''

  #columnOf = ({ start }: Span) => start - this.#lineStart(start)
  #lineStart = (offset: number) => this.#source.lastIndexOf('\n', offset - 1) + 1
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

/** For each wanted item the one it is made from: its equal, else an object that nothing else is made from, in order. */
function matchItems(current: readonly unknown[], wanted: readonly unknown[]): readonly (number | undefined)[] {
  const free = new Set(current.keys())
  const take = (fits: (item: unknown) => boolean) => {
    const found = [...free].find((i) => fits(current[i]))
    if (found !== undefined) free.delete(found)
    return found
  }
  const equals = wanted.map((value) => take((item) => sameJson(item, value)))
  return equals.map((found, i) => found ?? (isRecord(wanted[i]) ? take(isRecord) : undefined))
}
