import { createClient } from '@plinth/sdk'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { App, type AppClient, PlinthProvider } from './react-app.ts'

/** What the test calls in its page. */
export interface ReactPage {
  start(url: string, credentials: { email: string; password: string }): Promise<void>
}

const app: ReactPage = {
  start: async (url, credentials) => {
    const client: AppClient = createClient(url)
    await client.auth.signIn(credentials)
    createRoot(document.body).render(createElement(PlinthProvider, { client, children: createElement(App) }))
  },
}

Object.assign(globalThis, { app })
