import { io, type Socket } from 'socket.io-client'
import { problemOf } from '../http/read-problem.ts'
import { delayBefore, isPassing } from '../http/retry.ts'
import { PlinthError } from '../plinth-error.ts'
import type { RealtimeOptions } from './door.ts'
import { renewInTime } from './renew-in-time.ts'

export type Members = Readonly<Record<string, unknown>>
export type Answer = (error: PlinthError | null, answer: Members) => void

/** Something that lives on the connection. */
export interface Listener {
  /** There is a new connection, on which nothing has begun yet. */
  begin(): void
  hear(event: string, payload: Members): void
  /** There will be no connection any more. */
  fail(error: PlinthError): void
}

const answerMs = 20_000
/** What is answered later than this is not heard of any more. */
const latestMs = 600_000
/** So long a connection that nobody uses is kept: pages end one thing and begin another at once. */
const lingerMs = 200

/** The one connection of a client: opened when it is needed, opened again when it is lost, and always as who has signed in. */
export class Line {
  readonly #options: RealtimeOptions
  readonly #listeners = new Set<Listener>()
  #socket: Socket | null = null
  /** The token by which the server knows us; undefined before it was asked for. */
  #token: string | null | undefined
  #tries = 0
  #pauseMs: number | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #ends: (() => void)[] = []

  constructor(options: RealtimeOptions) {
    this.#options = options
  }

  add(listener: Listener): void {
    this.#listeners.add(listener)
    if (this.#socket === null) this.#open()
    else if (this.#socket.connected) listener.begin()
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener)
    setTimeout(() => this.#listeners.size === 0 && this.#close(), lingerMs)
  }

  /**
   * Sends a message. What it answers is told before anything that comes after it; `late` gets what is answered after `done` was
   * told that there was no answer.
   */
  tell(name: string, body: object, done: Answer = () => {}, late: (answer: Members) => void = () => {}): void {
    const socket = this.#socket
    if (socket?.connected !== true) return done(noAnswer('network'), {})
    let isLate = false
    const impatient = setTimeout(() => {
      isLate = true
      done(noAnswer('timeout'), {})
    }, answerMs)
    socket.timeout(latestMs).emit(name, body, (failure: Error | null, answer?: Members) => {
      clearTimeout(impatient)
      const problem = answer?.['error']
      const error = answer === undefined ? noAnswer('network', failure) : isMembers(problem) ? errorOf(problem) : null
      if (!isLate) done(error, answer ?? {})
      else if (error === null) late(answer ?? {})
    })
  }

  #open(): void {
    const { url, headers, cookies, keeper } = this.#options
    const at = new URL(url === '' ? '/' : url, globalThis.location?.href)
    const socket = io(at.origin, {
      path: `${at.pathname.replace(/\/$/, '')}/api/realtime`,
      addTrailingSlash: false,
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      forceNew: true,
      autoConnect: false,
      withCredentials: cookies,
      extraHeaders: { ...headers },
      reconnectionDelay: 500,
      reconnectionDelayMax: 15_000,
      auth: (give) => void this.#authorise(give),
    })
    this.#socket = socket
    this.#listen(socket)
    const online = (): void => {
      // Whatever it waits for, the network was what was missing.
      if (!socket.connected) socket.disconnect().connect()
    }
    globalThis.addEventListener?.('online', online)
    this.#ends = [() => globalThis.removeEventListener?.('online', online)]
    if (keeper !== null) {
      const end = keeper.onChange(() => void this.#authenticate())
      this.#ends.push(end, renewInTime(keeper))
    }
    socket.connect()
  }

  #listen(socket: Socket): void {
    socket.on('connect', () => {
      this.#tries = 0
      this.#each((listener) => listener.begin())
      // While the connection was made, somebody else may have signed in.
      if (!this.#options.cookies) void this.#authenticate()
    })
    socket.on('connect_error', (error: Error & { data?: unknown }) => {
      // While it is active, it tries again by itself.
      if (!socket.active) void this.#refused(isMembers(error.data) ? errorOf(error.data) : noAnswer('network', error))
    })
    socket.on('disconnect', (reason) => {
      if (reason === 'io server disconnect') this.#again(this.#pauseMs ?? delayBefore(this.#tries++, null))
      this.#pauseMs = null
    })
    socket.on('reconnect', ({ afterMs }: { afterMs: number }) => {
      this.#pauseMs = afterMs
    })
    socket.on('actor', ({ reason }: { reason: string }) => {
      if (reason === 'ended') void this.#renew()
    })
    socket.onAny((event: string, payload: Members) => this.#each((listener) => listener.hear(event, payload)))
  }

  #each(act: (listener: Listener) => void): void {
    // Those that are added meanwhile are not meant.
    const listeners = [...this.#listeners]
    for (const listener of listeners) act(listener)
  }

  /** The credential of the handshake. */
  async #authorise(give: (data: object) => void): Promise<void> {
    const socket = this.#socket
    try {
      this.#token = await this.#currentToken()
      give(this.#token === null ? {} : { token: this.#token })
    } catch {
      // The session could not be renewed just now: this try has failed, and the next one comes.
      socket?.io.engine?.close()
    }
  }

  /** Who has signed in since says so on the connection that is there; the next one says it in its handshake. */
  async #authenticate(): Promise<void> {
    const socket = this.#socket
    if (socket?.connected !== true) return
    if (this.#options.cookies) return void socket.disconnect().connect()
    const token = await this.#currentToken().catch(() => undefined)
    if (token === undefined || token === this.#token || this.#socket !== socket) return
    this.#token = token
    this.tell('authenticate', token === null ? {} : { token }, (error) => {
      // It goes on as whoever it was before, which must not be.
      if (error !== null) socket.disconnect().connect()
    })
  }

  /** The server does not take the token any more. */
  async #renew(): Promise<void> {
    const isRenewed = await this.#options.credentials.renew(this.#token ?? null).catch(() => false)
    if (isRenewed) await this.#authenticate()
  }

  async #currentToken(): Promise<string | null> {
    const { credentials } = this.#options
    try {
      return await credentials.token()
    } catch (error) {
      // The session is over, and everybody was told so: from now on it is a guest who asks.
      if (error instanceof PlinthError && error.status === 401) return credentials.token()
      throw error
    }
  }

  async #refused(error: PlinthError): Promise<void> {
    const { credentials } = this.#options
    const delay = delayBefore(this.#tries++, error.retryAfter)
    if (error.status === 401) {
      const isOther = (await credentials.renew(this.#token ?? null).catch(() => true)) || this.#isStale()
      if (isOther) return this.#again(delay)
    } else if (isPassing(error)) return this.#again(delay)
    this.#each((listener) => listener.fail(error))
  }

  /** The session that was refused has ended here as well. */
  #isStale(): boolean {
    const { keeper } = this.#options
    return keeper !== null && this.#token !== null && keeper.known === null
  }

  #again(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#socket?.connect(), delayMs)
  }

  #close(): void {
    clearTimeout(this.#timer)
    for (const end of this.#ends.splice(0)) end()
    this.#socket?.disconnect()
    this.#socket = null
  }
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null

const errorOf = (problem: Members): PlinthError => problemOf(Number(problem['status'] ?? 0), problem)

const noAnswer = (code: 'network' | 'timeout', cause?: unknown): PlinthError =>
  code === 'timeout'
    ? new PlinthError(0, code, `There was no answer within ${answerMs / 1000} s.`, { cause })
    : new PlinthError(0, code, 'There is no connection to the server.', { cause })
