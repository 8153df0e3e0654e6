import { setTimeout as sleep } from 'node:timers/promises'
import { type Kind, kinds, type OwnPost, type Shared } from './draft-write.ts'
import type { Ledger, Write } from './ledger.ts'
import { type Address, send } from './send.ts'

export interface Writers {
  /** How many of their writes were acknowledged so far. */
  acknowledged(): number
  /** Lets each finish the write it has sent. @throws what one of them met that must not happen */
  stop(): Promise<void>
}

/** Each turn of a writer: mostly small writes, as in life. */
const turns: readonly Kind[] = [
  'create',
  'add',
  'batch',
  'edit',
  'createMany',
  'createOnce',
  'add',
  'delete',
  'batchOnce',
]

/** Starts writers that send one write after the other, each noted in the ledger before it is sent. */
export function startWriters(address: Address, ledger: Ledger, shared: Shared, names: readonly string[]): Writers {
  const state = { acknowledged: 0, stopped: false }
  const running = Promise.all(names.map((name) => run(name)))
  // Seen when it is waited for.
  running.catch(() => {})

  async function run(writer: string): Promise<void> {
    const own: OwnPost[] = []
    for (let turn = Math.floor(Math.random() * turns.length); !state.stopped; turn += 1) {
      const write = draft(`${writer}-${turn}`, turns[turn % turns.length] ?? 'create', shared, own)
      if (write === null) continue
      ledger.note(write, 'unknown')
      const answer = await send(address, write)
      if (answer === null) {
        await sleep(10)
        continue
      }
      ledger.note(write, 'acknowledged')
      state.acknowledged += 1
      own.push(...madeBy(write, answer.body))
    }
  }

  return {
    acknowledged: () => state.acknowledged,
    stop: async () => {
      state.stopped = true
      await running
    },
  }
}

/** A post is edited or deleted once at most, so that its state follows from which writes happened, in any order. */
function draft(name: string, kind: Kind, shared: Shared, own: OwnPost[]): Write | null {
  const takes = kind === 'edit' || kind === 'delete'
  const write = kinds[kind]({ name, shared, own: takes ? own.shift() : undefined })
  return write && { requestId: name, ...write }
}

function madeBy({ effects }: Write, body: string): readonly OwnPost[] {
  const [effect, ...others] = effects
  if (effect?.kind !== 'createPost' || others.length > 0) return []
  // A created record is answered with its id.
  const { id } = JSON.parse(body) as { readonly id: string }
  return [{ mark: effect.mark, id, post: effect.post }]
}
