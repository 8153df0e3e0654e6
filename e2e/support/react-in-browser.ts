import { cookieStorage, createClient } from '@plinth/sdk'
import type { DehydratedState } from '@tanstack/react-query'
import { createElement } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { App, type AppClient, PlinthProvider, RenderedPosts } from './react-app.ts'

/** What the test calls in its page. */
export interface ReactPage {
  start(url: string, credentials: { email: string; password: string }): Promise<void>
  /** A client whose session is in a cookie that the page's server reads as well. */
  shared(url: string): AppClient
  /** Takes over what the server has rendered. */
  hydrate(url: string, state: DehydratedState): void
}

const app: ReactPage = {
  start: async (url, credentials) => {
    const client: AppClient = createClient(url)
    await client.auth.signIn(credentials)
    createRoot(document.body).render(createElement(PlinthProvider, { client, children: createElement(App) }))
  },
  shared: (url) =>
    createClient(url, {
      storage: cookieStorage({
        read: () => document.cookie,
        write: (cookie) => (document.cookie = cookie),
        insecure: true,
      }),
    }),
  hydrate: (url, state) => {
    const root = document.querySelector('#root')
    if (root !== null) hydrateRoot(root, createElement(RenderedPosts, { client: app.shared(url), state }))
  },
}

Object.assign(globalThis, { app })
