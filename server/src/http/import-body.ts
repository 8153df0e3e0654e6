import { createHash } from 'node:crypto'
import { errors } from '@plinth/schema'
import { checkSize, dropRest } from './body.ts'
import type { HttpRequest } from './http-request.ts'

/** A sender is waited for so long until it has sent so much more: it keeps a connection to PostgreSQL meanwhile. */
const senderPatience = 30_000
const leastBytes = 16 * 1024
/** How long a sender that was answered already may go on. */
const dropTime = 30_000

/** The body of an import, piece by piece as it is asked for. It can be read once. */
export class ImportBody implements AsyncIterable<Buffer> {
  readonly #req: HttpRequest
  readonly #limit: number
  readonly #patience: number
  readonly #hash = createHash('sha256')
  #isTaken = false
  #size = 0
  #sinceProgress = 0
  #patienceLeft: number

  /** @throws Problem unsupportedEncoding, bodyTooLarge */
  constructor(req: HttpRequest, limit: number, patience = senderPatience) {
    checkSize(req, limit)
    clearTimeout(req.arrival ?? undefined)
    this.#req = req
    this.#limit = limit
    this.#patience = patience
    this.#patienceLeft = patience
  }

  /** @throws Problem badRequest where it ends too early, requestTooSlow, bodyTooLarge */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    if (this.#isTaken) throw errors.conflict()
    this.#isTaken = true
    for (let piece = await this.#next(); piece !== null; piece = await this.#next()) yield piece
  }

  /** Reads what is left, and answers a hash of all. */
  async digest(): Promise<string> {
    for (let piece = await this.#next(); piece !== null; ) piece = await this.#next()
    return this.#hash.copy().digest('base64url')
  }

  /** To be called when all is answered: what still comes is read and dropped, so that the answer arrives. */
  dismiss(): void {
    if (this.#req.readableEnded || this.#req.destroyed) return
    const timer = setTimeout(() => this.#req.destroy(), dropTime)
    this.#req.once('close', () => clearTimeout(timer))
    dropRest(this.#req)
  }

  async #next(): Promise<Buffer | null> {
    for (;;) {
      const piece: Buffer | null = this.#req.read()
      if (piece !== null) return this.#noted(piece)
      if (this.#req.readableEnded) return null
      if (this.#req.destroyed) throw errors.badRequest({ reason: 'The body ended too early.' })
      await this.#more()
    }
  }

  #more(): Promise<void> {
    const began = performance.now()
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        for (const event of events) this.#req.off(event, settle)
        this.#patienceLeft = Math.max(0, this.#patienceLeft - (performance.now() - began))
        resolve()
      }
      const timer = setTimeout(() => {
        reject(errors.requestTooSlow())
        settle()
      }, this.#patienceLeft)
      for (const event of events) this.#req.on(event, settle)
    })
  }

  #noted(piece: Buffer): Buffer {
    this.#hash.update(piece)
    this.#size += piece.length
    if (this.#size > this.#limit) throw errors.bodyTooLarge({ limit: this.#limit })
    this.#sinceProgress += piece.length
    if (this.#sinceProgress >= leastBytes) {
      this.#sinceProgress = 0
      this.#patienceLeft = this.#patience
    }
    return piece
  }
}

const events = ['readable', 'end', 'error', 'close'] as const
