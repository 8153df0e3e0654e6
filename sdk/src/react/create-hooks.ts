import { QueryClient, QueryClientProvider, useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { createContext, createElement, useContext, useEffect, useState } from 'react'
import type { Client } from '../client.ts'
import type { SchemaShape } from '../types/schema-shape.ts'
import { anyRecords } from './any-records.ts'
import type { PlinthHooks, PlinthProviderProps } from './hooks.ts'
import { keyRoot, listOf, recordOf } from './queries.ts'
import { useAuthState } from './use-auth-state.ts'
import { useRecordMutations } from './use-record-mutations.ts'

/**
 * The hooks of a schema, on TanStack Query.
 *
 * @example
 * const { PlinthProvider, useQuery } = createHooks<typeof schema>()
 * const Titles = () => useQuery('posts', { select: ['title'] }).data?.items.map(({ title }) => title).join(', ')
 */
export function createHooks<S extends SchemaShape>(): PlinthHooks<S> {
  const context = createContext<Client<S> | null>(null)

  function useClient(): Client<S> {
    const client = useContext(context)
    if (client === null) throw new Error('There is no <PlinthProvider client={…}> around this component.')
    return client
  }

  function PlinthProvider({ client, queryClient, children }: PlinthProviderProps<S>) {
    const [own] = useState(makeCache)
    const queries = queryClient ?? own
    // What one user was shown is not for the next one.
    useEffect(
      () =>
        client.auth.onChange(({ type }) => {
          if (type !== 'refreshed') void queries.resetQueries({ queryKey: [keyRoot] })
        }),
      [client, queries],
    )
    return createElement(
      QueryClientProvider,
      { client: queries },
      createElement(context.Provider, { value: client }, children),
    )
  }

  return {
    PlinthProvider,
    useClient,
    useQuery: (collection, options, behaviour) =>
      useQuery({ ...listOf(useClient(), collection, options), ...behaviour }),
    useSuspenseQuery: (collection, options, behaviour) =>
      useSuspenseQuery({ ...listOf(useClient(), collection, options), ...behaviour }),
    useRecord: (collection, id, options, behaviour) =>
      useQuery({
        ...recordOf(useClient(), collection, id ?? '', options),
        ...behaviour,
        enabled: id !== null && behaviour?.enabled !== false,
      }),
    useMutation: (collection) =>
      // `PlinthHooks` says what the records are; nothing here depends on it.
      useRecordMutations(collection, anyRecords(useClient(), collection)) as never,
    useAuth: () => useAuthState(useClient().auth),
  }
}

/** The client itself tries again where that helps. */
const makeCache = (): QueryClient =>
  new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 1_000 } } })
