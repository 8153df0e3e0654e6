import { hash } from 'node:crypto'
import type { Model } from '@plinth/schema'
import { LRUCache } from 'lru-cache'
import type { Access } from '../access/access.ts'
import { accessFor, accessKey } from '../access/access.ts'
import type { Actor } from '../access/actor.ts'
import type { Pace } from '../database/database.ts'
import type { CompiledSql } from '../database/sql.ts'
import type { Run } from '../query/run.ts'

/** A compiled statement and the name it is prepared under, once it has come more than once. */
export interface Plan {
  readonly sql: CompiledSql<Run>
  /** Called for each run: one-off statements are not worth a name on every connection. */
  name(): string | undefined
  /** Kept for statements that may share a connection: reads, and writes of one record that answer little. */
  readonly pace?: Pace | undefined
}

const maxPlans = 5_000
/** Characters of SQL that are kept in all: most plans have a few thousand, and somebody may ask for very large ones. */
const maxPlannedText = 40_000_000
const maxStatements = 2_000
const maxAccesses = 500

/**
 * Keeps what is worked out from a request's shape: who may what, and the statement for it. Everything is kept by the model
 * it was made for, and goes with it.
 */
export class PlanCache {
  #model: Model | null = null
  readonly #accesses = new LRUCache<string, Access>({ max: maxAccesses })
  /** The same actor comes again and again; its key need not be put together each time. */
  readonly #ofActor = new WeakMap<Actor, Access>()
  readonly #planned = new LRUCache<string, object>({ max: maxPlans, maxSize: maxPlannedText })
  /** Characters of SQL in all that was ever planned. */
  #text = 0
  readonly #statements = new LRUCache<string, { uses: number; name: string }>({ max: maxStatements })

  access(model: Model, actor: Actor): Access {
    if (model !== this.#model) this.#forget(model)
    const known = this.#ofActor.get(actor)
    if (known?.model === model) return known
    const key = accessKey(actor)
    const access = this.#accesses.get(key) ?? accessFor(model, actor)
    this.#accesses.set(key, access)
    this.#ofActor.set(actor, access)
    return access
  }

  /**
   * What was planned under `key` for callers with this access, or what `make` plans now. Parts of the key are texts of the
   * caller's, so nothing in them may look like the border between two.
   */
  planned<T extends object>(access: Access, key: readonly unknown[], make: () => T): T {
    const whole = JSON.stringify([access.key, ...key])
    // Each key is used with one type: it begins with the name of the operation.
    const known = access.model === this.#model ? (this.#planned.get(whole) as T | undefined) : undefined
    if (known) return known
    const before = this.#text
    const made = make()
    const size = whole.length + this.#text - before
    if (access.model === this.#model) this.#planned.set(whole, made, { size })
    return made
  }

  plan(sql: CompiledSql<Run>, kind?: Pace['kind']): Plan {
    const key = hash('sha1', sql.text, 'base64url')
    this.#text += sql.text.length
    return { sql, name: () => this.#nameOf(key), pace: kind && { kind, ms: null } }
  }

  #nameOf(key: string): string | undefined {
    const statement = this.#statements.get(key) ?? { uses: 0, name: `plinth_${key}` }
    if (statement.uses === 0) this.#statements.set(key, statement)
    statement.uses += 1
    return statement.uses > 1 ? statement.name : undefined
  }

  #forget(model: Model): void {
    this.#model = model
    this.#accesses.clear()
    this.#planned.clear()
  }
}
