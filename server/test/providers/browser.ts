/** What a browser keeps and does, as far as signing in needs it. */
export interface Browser {
  /** Sends the browser's cookies, keeps those of the answer, and follows nothing. */
  open(url: string, init?: RequestInit): Promise<Response>
  readonly cookies: Map<string, string>
}

export function newBrowser(): Browser {
  const cookies = new Map<string, string>()
  return {
    cookies,
    open: async (url, init = {}) => {
      const { origin } = new URL(url)
      const mine = [...cookies].flatMap(([key, value]) => {
        const [of = '', name = ''] = key.split(' ')
        return of === origin ? [`${name}=${value}`] : []
      })
      const headers = {
        ...Object.fromEntries(new Headers(init.headers)),
        ...(mine.length > 0 && { cookie: mine.join('; ') }),
      }
      const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
      for (const cookie of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
        if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(`${origin} ${name}`)
        else cookies.set(`${origin} ${name}`, value)
      }
      return answer
    },
  }
}

/** The JSON of an answer. */
// Tests look into whatever came back.
export const bodyOf = async (answer: Response): Promise<ReturnType<typeof JSON.parse>> =>
  JSON.parse(await answer.text())
