import fc from 'fast-check'
import type { WireRecord } from '../../../src/realtime/predicate/predicate-input.ts'
import {
  dates,
  decimals,
  floats,
  instants,
  integers,
  labels,
  places,
  statuses,
  texts,
  userIds,
  uuids,
} from './pools.ts'

/** An instant as PostgreSQL writes it in JSON with the time zone UTC. */
export function wireTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString().slice(0, -1)
  return `${text.replace(/\.?0+$/, (zeros) => (zeros.startsWith('.') ? '' : zeros))}+00:00`.replace(
    /(\.\d*?)0+(?=\+)/,
    '$1',
  )
}

const sometimes = <Value>(values: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> => fc.option(values, { freq: 3 })
const instantTexts = instants.map(wireTime)
const labelLists = fc.subarray([...labels])

const sampleFields = {
  title: texts,
  note: sometimes(texts),
  status: fc.constantFrom(...statuses),
  mood: sometimes(fc.constantFrom(...statuses)),
  stock: fc.oneof(integers, fc.constant(5)),
  sold: sometimes(integers),
  price: decimals,
  cost: sometimes(decimals),
  weight: floats,
  height: sometimes(floats),
  active: fc.boolean(),
  archived: sometimes(fc.boolean()),
  born: dates,
  due: sometimes(dates),
  starts: instantTexts,
  ends: sometimes(instantTexts),
  labels: labelLists,
  marks: sometimes(labelLists),
  owner: fc.constantFrom(...userIds),
  editor: sometimes(fc.constantFrom(...userIds)),
  code: fc.constantFrom(...uuids),
  token: sometimes(fc.constantFrom(...uuids)),
  place: places,
  home: sometimes(places),
  extra: sometimes(fc.constantFrom<unknown>({}, [], 0, '', false, { a: [1, null] })),
}

/** A record of the collection `samples` as it travels on the wire, but without `created` and `updated`. */
export const sampleRecord: fc.Arbitrary<WireRecord> = fc.record({ id: fc.uuid({ version: 7 }), ...sampleFields })

/** The same record after an update: each field has changed or not. */
export const sampleUpdate = (record: WireRecord): fc.Arbitrary<WireRecord> =>
  fc.record(sampleFields, { requiredKeys: [] }).map((changes) => ({ ...record, ...changes }))

/** A record of `users` as it travels on the wire, with the fields that `sampleDocument` declares. */
export const userRecord: fc.Arbitrary<WireRecord> = fc.record({
  id: fc.constantFrom(...userIds),
  nickname: sometimes(texts),
  level: sometimes(fc.oneof(integers, fc.constant(5))),
  trusted: sometimes(fc.boolean()),
  joined: sometimes(instantTexts),
  circle: sometimes(labelLists),
})

/** What an actor's roles may be. */
export const roleLists = fc.subarray(['authenticated', 'editor', 'draft', "it's"])
export const moments = instants.map((milliseconds) => new Date(milliseconds))
