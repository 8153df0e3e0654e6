import type { CollectionModel } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import type { CompiledSql } from '../../database/sql.ts'
import type { Run } from '../../query/run.ts'
import type { Shape } from '../../query/shape.ts'
import { compileViewed } from '../../query/viewed-records.ts'
import type { LoggedRecord } from './logged-change.ts'
import type { RecordJudge, Viewer } from './record-judge.ts'

/** How records are shown in events. */
export interface Selection {
  /** Null where records are shown as the log has them; else the statement that reads what the log does not tell, as it is now. */
  readonly statement: CompiledSql<Run> | null
  /** The statement that reads whole records, as they were at the run's place `end` in the log. */
  statementAtEnd(): CompiledSql<Run>
  /** Relations that it shows, whose links are in tables of their own. */
  readonly linked: ReadonlySet<string>
  /** A record's JSON. `read` is the same record as the statement has read it, if it still can be. */
  present(record: LoggedRecord, read: LoggedRecord | null, look: Look): string
}

export interface Look {
  readonly judge: RecordJudge | null
  readonly viewer: Viewer
  readonly now: Date
}

/** A record's own fields come out of the log, as they were with this change; what is related to it is read when the event is sent. */
export function selectionOf(access: Access, collection: CollectionModel, shape: Shape): Selection {
  const own = shape.entries.filter(({ kind }) => kind === 'field').map(({ name }) => name)
  const isPlain = own.length === shape.entries.length
  const asText = new Set(own.filter((name) => collection.fields.get(name)?.column?.wire === 'text'))
  const isOwn = new Set(own)
  const ownText = (record: LoggedRecord, name: string): string => {
    const text = record.members.get(name) ?? 'null'
    return asText.has(name) && text !== 'null' && !text.startsWith('"') ? `"${text}"` : text
  }
  const viewed = { collection: collection.name, filter: null, shape }
  let atEnd: CompiledSql<Run> | undefined
  return {
    statementAtEnd: () => (atEnd ??= compileViewed(access, { ...viewed, place: 'end' })),
    statement: isPlain ? null : compileViewed(access, viewed),
    linked: new Set(shape.entries.flatMap(({ kind, name }) => (kind === 'ids' || kind === 'many' ? [name] : []))),
    present: (record, read, { judge, viewer, now }) => {
      const members = shape.entries.flatMap(({ name }) => {
        if (!isOwn.has(name))
          return read?.members.has(name) ? [`${JSON.stringify(name)}:${read.members.get(name)}`] : []
        if (judge !== null && !judge.shows(name, record, viewer, now)) return []
        return [`${JSON.stringify(name)}:${ownText(record, name)}`]
      })
      return `{${members.join(',')}}`
    },
  }
}
