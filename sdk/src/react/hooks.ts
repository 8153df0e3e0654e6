import type { QueryClient, UseQueryResult, UseSuspenseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { Auth } from '../auth/auth.ts'
import type { User } from '../auth/session.ts'
import type { Client } from '../client.ts'
import type { PlinthError } from '../plinth-error.ts'
import type { Choice, CountKind, GetOptions, ListOptions, Page } from '../types/query.ts'
import type { RecordOf } from '../types/record-of.ts'
import type { CollectionName, SchemaShape } from '../types/schema-shape.ts'
import type { Selected } from '../types/select.ts'
import type { Changes, NewRecord } from '../types/write.ts'

export interface PlinthProviderProps<S extends SchemaShape> {
  readonly client: Client<S>
  /** Where answers are kept; without one, a cache of its own. */
  readonly queryClient?: QueryClient
  readonly children?: ReactNode
}

/** How a query behaves, in TanStack Query's words. */
export interface QueryBehaviour {
  /** False waits. */
  readonly enabled?: boolean
  /** Milliseconds for which an answer counts as fresh. */
  readonly staleTime?: number
  /** Milliseconds after which to ask again. */
  readonly refetchInterval?: number
}

/** Writes to a collection. What they change is shown at once, and taken back where the server refuses. */
export interface RecordMutations<S extends SchemaShape, C extends CollectionName<S>> {
  create(record: NewRecord<S, C>): Promise<RecordOf<S, C>>
  update(id: string, changes: Changes<S, C>): Promise<RecordOf<S, C>>
  replace(id: string, record: NewRecord<S, C>): Promise<RecordOf<S, C>>
  delete(id: string): Promise<void>
  readonly isPending: boolean
  /** Why the last write failed; null where it did not. */
  readonly error: PlinthError | null
}

export interface AuthState {
  readonly user: User | null
  /** Whether what was stored has been read: before that, nobody is known. */
  readonly isReady: boolean
  readonly auth: Auth
}

/** The hooks of one schema. */
export interface PlinthHooks<S extends SchemaShape> {
  PlinthProvider(props: PlinthProviderProps<S>): ReactElement
  useClient(): Client<S>
  useQuery<
    C extends CollectionName<S>,
    const Chosen extends Choice<S, C> = undefined,
    Count extends CountKind | undefined = undefined,
  >(
    collection: C,
    options?: ListOptions<S, C, Chosen, Count>,
    behaviour?: QueryBehaviour,
  ): UseQueryResult<Page<Selected<S, C, Chosen>, Count>, PlinthError>
  /** The same for Suspense: the data are there when it returns. */
  useSuspenseQuery<
    C extends CollectionName<S>,
    const Chosen extends Choice<S, C> = undefined,
    Count extends CountKind | undefined = undefined,
  >(
    collection: C,
    options?: ListOptions<S, C, Chosen, Count>,
    behaviour?: Omit<QueryBehaviour, 'enabled'>,
  ): UseSuspenseQueryResult<Page<Selected<S, C, Chosen>, Count>, PlinthError>
  /** @param id null waits until it is known */
  useRecord<C extends CollectionName<S>, const Chosen extends Choice<S, C> = undefined>(
    collection: C,
    id: string | null,
    options?: GetOptions<S, C, Chosen>,
    behaviour?: QueryBehaviour,
  ): UseQueryResult<Selected<S, C, Chosen>, PlinthError>
  useMutation<C extends CollectionName<S>>(collection: C): RecordMutations<S, C>
  useAuth(): AuthState
}
