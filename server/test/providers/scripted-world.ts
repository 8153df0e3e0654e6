import { type Browser, newBrowser } from './browser.ts'
import { appUrl, type ProvidersFixture, startProvidersFixture } from './fixture.ts'
import { type ScriptedProvider, startScriptedProvider } from './scripted-provider.ts'

/** A whole server, and a provider that does what a test wants. */
export interface ScriptedWorld {
  readonly plinth: ProvidersFixture
  readonly provider: ScriptedProvider
  /** Begins, agrees at the provider, and brings back what that has sent. */
  signIn(name?: string, browser?: Browser, body?: object): Promise<Came>
  /** Brings something back. */
  comeBack(browser: Browser, callback: URL, form?: URLSearchParams | null): Promise<Came>
  stop(): Promise<void>
}

export interface Came {
  readonly browser: Browser
  readonly status: number
  /** The address that the browser is sent to; null where it is shown a page instead. */
  readonly location: string | null
  /** What it is told there: `null` where all went well. */
  readonly error: string | null
  readonly page: string
  readonly cookies: readonly string[]
}

export async function startScriptedWorld(environment: Readonly<Record<string, string>> = {}): Promise<ScriptedWorld> {
  const provider = await startScriptedProvider()
  const plinth = await startProvidersFixture(environment, { reachProvider: provider.reach })
  const comeBack: ScriptedWorld['comeBack'] = async (browser, callback, form = null) => {
    // People come to the public address; here that may be a name which leads nowhere.
    const here = new URL(callback.pathname.replace(/^.*(?=\/api\/)/, '') + callback.search, plinth.server.url)
    const init = form === null ? {} : { method: 'POST', body: form }
    const answer = await browser.open(here.href, init)
    const location = answer.headers.get('location')
    const error = location === null ? null : new URL(location).searchParams.get('error')
    const cookies = answer.headers.getSetCookie()
    return { browser, status: answer.status, location, error, page: await answer.text(), cookies }
  }
  return {
    plinth,
    provider,
    comeBack,
    signIn: async (name = 'corp', browser = newBrowser(), body = {}) => {
      const { callback, form } = await provider.visit(await plinth.start(browser, name, body))
      return comeBack(browser, callback, form)
    },
    stop: async () => {
      await plinth.stop()
      await provider.stop()
    },
  }
}

export const client = { clientId: 'plinth', clientSecret: 'the-client-secret' }
export const cameIn = (came: Came): boolean => came.location === appUrl
