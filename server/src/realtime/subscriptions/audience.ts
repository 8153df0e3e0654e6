import type { CollectionModel, Expression } from '@plinth/schema'
import type { Access } from '../../access/access.ts'
import type { Way } from '../../query/ways.ts'
import type { RecordJudge, Viewer } from './record-judge.ts'
import type { Subscription } from './subscription.ts'

/**
 * All subscriptions to a collection with the same roles and the same filter: what happens is judged once for all of them, or
 * once for each kind of user where the rule or the filter asks about the user.
 */
export interface Audience {
  readonly key: string
  readonly access: Access
  readonly collection: CollectionModel
  readonly filter: Expression | null
  /** Null where the rule or the filter follows relations: then the database judges. */
  readonly judge: RecordJudge | null
  /** How the rule and the filter get to what they look into besides the record; none where there is a judge. */
  readonly ways: readonly Way[]
  readonly roles: readonly string[]
  readonly verified: boolean
  readonly circles: Map<string, Circle>
}

/** Those of an audience for whom every verdict is the same. */
export interface Circle {
  readonly viewer: Viewer
  /** Subscriptions to everything that fits. */
  readonly whole: Set<Subscription>
  /** Subscriptions to one record, by its id. */
  readonly single: Map<string, Set<Subscription>>
}

/** The circle that a subscription belongs to. */
export function circleKey({ judge }: Audience, viewer: Viewer): string {
  const { user } = viewer
  if (user === null) return ''
  if (judge === null) return String(user['id'])
  const { id, fields } = judge.needs
  const values = [...fields].toSorted().map((field) => user[field] ?? null)
  const own = id ? String(user['id']) : ''
  return values.length === 0 ? own : JSON.stringify([own, ...values])
}

export function addToCircle(circles: Map<string, Circle>, subscription: Subscription): void {
  const { circle: key, viewer, record } = subscription.plan
  const circle: Circle = circles.get(key) ?? { viewer, whole: new Set(), single: new Map() }
  circles.set(key, circle)
  if (record === null) circle.whole.add(subscription)
  else circle.single.set(record, (circle.single.get(record) ?? new Set()).add(subscription))
}

export function removeFromCircle(circles: Map<string, Circle>, subscription: Subscription): void {
  const { circle: key, record } = subscription.plan
  const circle = circles.get(key)
  if (circle === undefined) return
  circle.whole.delete(subscription)
  const single = record === null ? undefined : circle.single.get(record)
  single?.delete(subscription)
  if (record !== null && single?.size === 0) circle.single.delete(record)
  if (circle.whole.size === 0 && circle.single.size === 0) circles.delete(key)
}
