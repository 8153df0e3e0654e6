/** A record as JSON. */
export type Json = Readonly<Record<string, unknown>>

export interface Answer {
  readonly status: number
  // Tests look into answers freely, and fail where they find something else.
  readonly body: Json
}

/** The API of a running server as one caller. */
export interface Caller {
  send(method: string, path: string, body?: unknown): Promise<Answer>
  get(path: string): Promise<Answer>
  /** All records of a collection, page by page. */
  list(collection: string, parameters?: Readonly<Record<string, string>>): Promise<readonly Json[]>
}

/** @param token null for anonymous */
export function callerOf(url: string, token: string | null): Caller {
  const send: Caller['send'] = async (method, path, body) => {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        ...(token !== null && { Authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? {} : JSON.parse(text) }
  }
  const get: Caller['get'] = (path) => send('GET', path)
  return { send, get, list: (collection, parameters = {}) => listAll(get, collection, parameters) }
}

/** Signs in with a password. */
export async function signIn(url: string, credentials: { email: string; password: string }): Promise<Caller> {
  const { status, body } = await callerOf(url, null).send('POST', '/api/auth/sign-in', credentials)
  if (status !== 200) throw new Error(`${credentials.email} could not sign in: ${JSON.stringify(body)}`)
  return callerOf(url, String(body['accessToken']))
}

async function listAll(
  get: Caller['get'],
  collection: string,
  parameters: Readonly<Record<string, string>>,
): Promise<readonly Json[]> {
  const items: Json[] = []
  for (let after: string | null = null; ; ) {
    const query = new URLSearchParams({ limit: '1000', ...parameters, ...(after !== null && { after }) })
    const path = `/api/records/${collection}?${query}`
    const { status, body } = await get(path)
    if (status !== 200) throw new Error(`GET ${path} was answered with ${status}: ${JSON.stringify(body)}`)
    // The shape of every list.
    const page = body as { readonly items: readonly Json[]; readonly next: string | null }
    items.push(...page.items)
    if (page.next === null) return items
    after = page.next
  }
}
