import { detachedComments, type Surroundings } from './members.ts'
import type { SourceStyle } from './source-style.ts'

/** A member that stood there before, with what surrounds it. */
export interface Member extends Surroundings {
  /** Which of the original members it is. */
  readonly from: number
  readonly body: string
}

/** Prints a member for a line with this indentation; null where it may not have further lines. */
export type NewMember = (margin: string | null) => string

/** An object or a list with other members than it had. */
export interface Parts {
  readonly brackets: '{}' | '[]'
  /** Around each of the members it had. */
  readonly originals: readonly Surroundings[]
  readonly closing: string
  readonly endsWithComma: boolean
  readonly members: readonly (Member | NewMember)[]
  /** The indentation of the line of the opening bracket. */
  readonly margin: string
  readonly style: SourceStyle
}

/** All members on one line. */
export function joinLine({ brackets, originals, closing, endsWithComma, members }: Parts): string {
  if (members.length === 0 && closing.trim() === '') return brackets
  const space = brackets === '{}' ? ' ' : ''
  const parts = members.map((member, i) => {
    const text = typeof member === 'function' ? member(null) : withComments(member)
    const comma = i < members.length - 1 || (endsWithComma && originals.length > 0) ? ',' : ''
    return `${i === 0 ? space : ' '}${text}${comma}`
  })
  return brackets.charAt(0) + parts.join('') + (closing === '' ? space : closing) + brackets.charAt(1)
}

const withComments = ({ lead, body, trail }: Member): string =>
  `${lead.trim()}${lead.trim() === '' ? '' : ' '}${body}${trail}`

/** Each member on a line of its own, or where it was. */
export function joinLines(parts: Parts): string {
  const { brackets, originals, closing, members, margin, style } = parts
  const orphaned = orphanedComments(parts)
  if (members.length === 0 && closing.trim() === '' && orphaned.length === 0) return brackets
  const inner = innerMargin(parts)
  const endsWithComma = originals.length === 0 || parts.endsWithComma
  const kept = placed(orphaned, members)
  const lines = members.map((member, i) => {
    const isNew = typeof member === 'function'
    const lead = isNew || !member.lead.includes('\n') ? style.newline + inner + commentsOf(member) : member.lead
    const comma = i < members.length - 1 || endsWithComma ? ',' : ''
    const text = isNew ? member(inner) + comma : `${member.body}${comma}${member.trail}`
    return `${kept(i)}${i === 0 ? withoutGap(lead) : lead}${text}`
  })
  // What stood before the closing bracket of an empty object stays before its members.
  const [before, after] = originals.length === 0 ? [closing.trimEnd(), ''] : ['', closing]
  const end = after.includes('\n') ? after : `${after}${style.newline}${margin}`
  return brackets.charAt(0) + before + lines.join('') + kept(members.length) + end + brackets.charAt(1)
}

const commentsOf = (member: Member | NewMember): string => {
  const comments = typeof member === 'function' ? '' : member.lead.trim()
  return comments === '' ? '' : `${comments} `
}

const innerMargin = ({ originals, closing, margin, style }: Parts): string => {
  const leads = originals.map(({ lead }) => /\n([ \t]*)$/.exec(lead)?.[1])
  return leads.find((each) => each !== undefined) ?? /\n([ \t]+)\S/.exec(closing)?.[1] ?? margin + style.indent
}

/** No empty line after the opening bracket. */
const withoutGap = (lead: string): string => lead.replace(/^(?:[ \t]*\r?\n)+(?=[ \t]*\r?\n)/, '')

interface Orphan {
  readonly from: number
  readonly text: string
}

/** Comments that stood before a member that goes, but did not belong to it. */
function orphanedComments({ originals, members }: Parts): readonly Orphan[] {
  const stays = new Set(members.map((member) => (typeof member === 'function' ? null : member.from)))
  return originals
    .map(({ lead }, from) => ({ from, text: stays.has(from) ? '' : detachedComments(lead) }))
    .filter(({ text }) => text !== '')
}

/** Each before whatever comes after it now. */
function placed(orphans: readonly Orphan[], members: Parts['members']): (i: number) => string {
  const before = new Map<number, string>()
  for (const { from, text } of orphans) {
    const next = members.findIndex((member) => typeof member !== 'function' && member.from > from)
    const place = next === -1 ? members.length : next
    before.set(place, (before.get(place) ?? '') + text)
  }
  return (i) => before.get(i) ?? ''
}
