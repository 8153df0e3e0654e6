import type { Session } from '../database/database.ts'
import { tableSql } from './object-names.ts'
import type { Blockers, Risk, Sample, Step } from './plan.ts'
import type { Obstacle, StepDraft } from './step-draft.ts'

const sampleCount = 5
const blockerCount = 20
const batchSize = 1000
/** Below this, reading or rewriting a table is over before anybody notices. */
const slowFromRows = 10_000

/** Finds out what a step touches, loses, and meets in its way. */
export async function measureStep(session: Session, draft: StepDraft): Promise<Step> {
  const lost = draft.loses === undefined ? nothing : await find(session, draft.loses, sampleCount)
  const touched = draft.touches === undefined ? nothing : await find(session, draft.touches, sampleCount)
  const shown = lost.count > 0 ? lost : touched
  const warning = await warningOf(session, draft)
  return {
    id: draft.id,
    summary: draft.summary,
    sql: draft.sql,
    risk: riskOf(draft.destructive === true || lost.count > 0, warning !== null),
    rows: shown.count,
    samples: shown.rows,
    blockers: await firstBlockers(session, draft.obstacles ?? []),
    warning,
  }
}

const riskOf = (isDestructive: boolean, isSlow: boolean): Risk => {
  if (isDestructive) return 'destructive'
  return isSlow ? 'slow' : 'safe'
}

interface Found {
  readonly count: number
  readonly rows: readonly Sample[]
}

const nothing: Found = { count: 0, rows: [] }

async function find(session: Session, query: string, most: number): Promise<Found> {
  const counted = await session.run({ text: `select count(*) from (${query}) as f`, values: [] })
  const count = Number(counted[0]?.[0])
  return count === 0 ? nothing : { count, rows: await sample(session, query, most) }
}

async function sample(session: Session, query: string, most: number): Promise<readonly Sample[]> {
  const rows = await session.run({
    text: `select f."id"::text, f.value::text from (${query}) as f order by f."id" limit ${most}`,
    values: [],
  })
  return rows.map(toSample)
}

const toSample = ([id = null, value = null]: readonly (string | null)[]): Sample => ({
  id: id ?? '',
  value: value === null ? null : JSON.parse(value),
})

/** One reason at a time: mending the first may well mend the others. */
async function firstBlockers(session: Session, obstacles: readonly Obstacle[]): Promise<Blockers | null> {
  for (const obstacle of obstacles) {
    const { reason, mend, rows, isInTheWay } = obstacle
    const found =
      isInTheWay === undefined ? await find(session, rows, blockerCount) : await tryEach(session, rows, isInTheWay)
    if (found.count > 0) return { ...found, reason, mend }
  }
  return null
}

/** Reads the values in batches, so that no more than one is in memory. */
async function tryEach(session: Session, query: string, isInTheWay: (value: unknown) => boolean): Promise<Found> {
  const rows: Sample[] = []
  let count = 0
  let last: string | null = null
  for (;;) {
    const batch = await session.run({
      text:
        `select f."id"::text, f.value::text from (${query}) as f ` +
        `where $1::uuid is null or f."id" > $1::uuid order by f."id" limit ${batchSize}`,
      values: [last],
    })
    const found = batch.map(toSample).filter(({ value }) => isInTheWay(value))
    count += found.length
    rows.push(...found.slice(0, blockerCount - rows.length))
    last = batch.at(-1)?.[0] ?? null
    if (batch.length < batchSize) return { count, rows }
  }
}

async function warningOf(session: Session, { blocks }: StepDraft): Promise<string | null> {
  if (blocks === undefined) return null
  const counted = await session.run({
    text: `select count(*) from (select from ${tableSql(blocks.table)} limit ${slowFromRows}) as t`,
    values: [],
  })
  if (Number(counted[0]?.[0]) < slowFromRows) return null
  return (
    `The whole table "${blocks.table}" is ${blocks.how === 'read' ? 'read' : 'written anew'}; ` +
    'until the change is done, all requests for it wait.'
  )
}
