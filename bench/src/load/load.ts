import { ensureDebianPackage } from '../../../scripts/debian-package.mjs'
import type { Contestant, Request } from '../request.ts'
import { loadByAutocannon } from './autocannon.ts'
import { loadByWrk } from './wrk.ts'

/** What came of a while under load. */
export interface Loaded {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Answers that were no 2xx, and connections that failed. */
  readonly errors: number
}

export interface Load {
  readonly name: string
  /** Sends the requests in turn, over and over. */
  run(contestant: Contestant, requests: readonly Request[], seconds: number): Promise<Loaded>
}

/** `wrk` where it can be had, since it takes a tenth of the processor time, else autocannon. */
export async function chooseLoad(connections: number): Promise<Load> {
  return (await ensureDebianPackage('wrk')) ? loadByWrk(connections) : loadByAutocannon(connections)
}
