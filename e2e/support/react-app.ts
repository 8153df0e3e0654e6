import type { Client } from '@plinth/sdk'
import { createHooks } from '@plinth/sdk/react'
import { type DehydratedState, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { createElement, Suspense } from 'react'
import type { schema } from '../../sdk/test/suite/schema.ts'

export type AppClient = Client<typeof schema>

const hooks = createHooks<typeof schema>()
const { useAuth, useMutation, useSuspenseQuery } = hooks
export const { PlinthProvider } = hooks

/** What the app's list asks for; a server that renders it loads the same ahead. */
export const shown = { select: ['id', 'title', 'views'], sort: 'title' } as const

function Posts() {
  const { data } = useSuspenseQuery('posts', shown)
  const { update, delete: remove, error } = useMutation('posts')
  return createElement(
    'section',
    null,
    createElement('p', { id: 'error' }, error?.code ?? ''),
    data.items.map(({ id, title, views }) =>
      createElement(
        'article',
        { key: id },
        `${title}: ${views}`,
        createElement('button', { onClick: () => void update(id, { 'views+': 1 }) }, `like ${title}`),
        createElement('button', { onClick: () => void update(id, { title: 'x'.repeat(300) }) }, `break ${title}`),
        createElement('button', { onClick: () => void remove(id) }, `remove ${title}`),
      ),
    ),
  )
}

/** Who looks at it, and for them a list of posts with buttons. */
export function App() {
  const { user, isReady, auth } = useAuth()
  return createElement(
    'main',
    null,
    createElement('button', { onClick: () => void auth.signOut() }, isReady ? (user?.email ?? 'a guest') : '…'),
    user !== null && createElement(Suspense, { fallback: 'loading' }, createElement(Posts)),
  )
}

/** The posts as a page that a server has rendered, and that the browser takes over. */
export function RenderedPosts({ client, state }: { readonly client: AppClient; readonly state: DehydratedState }) {
  // What has just been loaded on the server is fresh.
  const queryClient = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000 } } })
  const children = createElement(HydrationBoundary, { state }, createElement(Posts))
  return createElement(PlinthProvider, { client, queryClient, children })
}
