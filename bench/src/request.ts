/** One request of a workload; the same for both servers. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH'
  readonly path: string
  /** JSON text. */
  readonly body: string | null
}

/** Something to measure: the address of a server, and the process that serves. */
export interface Contestant {
  readonly name: 'floor' | 'plinth'
  readonly url: string
  readonly pid: number
  /** A bearer token that is valid for a while. */
  token(): Promise<string>
}

/** The headers that both servers get. */
export const headersOf = (token: string, { body }: Pick<Request, 'body'>): Readonly<Record<string, string>> => ({
  Authorization: `Bearer ${token}`,
  ...(body !== null && { 'Content-Type': 'application/json' }),
})
