import type { QueryClient, UseQueryResult, UseSuspenseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { Auth } from '../auth/auth.ts'
import type { User } from '../auth/session.ts'
import type { Client } from '../client.ts'
import type { PlinthError } from '../plinth-error.ts'
import type { ChannelMessage } from '../types/channel.ts'
import type { Choice, CountKind, GetOptions, ListOptions, Page } from '../types/query.ts'
import type { RecordOf } from '../types/record-of.ts'
import type { CollectionName, SchemaShape } from '../types/schema-shape.ts'
import type { Selected } from '../types/select.ts'
import type { Changes, NewRecord } from '../types/write.ts'
import type { ChannelPresence } from './use-channel-presence.ts'

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

export interface ListBehaviour extends QueryBehaviour {
  /** Keeps the list right while it is shown: whatever changes it, here or elsewhere. It is the first page then. */
  readonly live?: boolean
}

export interface PresenceOptions<State, Payload = unknown> {
  /** What others see of this one; null, or nothing, only looks on. It is compared by its content. */
  readonly state?: State | null
  readonly onMessage?: (message: ChannelMessage<Payload>) => void
}

/**
 * Writes to a collection. What they change is shown at once, and taken back where the server refuses. Whoever does not await
 * a write need not catch its failure either: `error` tells it.
 *
 * @example
 * <button onClick={() => update(id, { 'views+': 1 })}>like</button>
 */
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
    behaviour?: ListBehaviour,
  ): UseQueryResult<Page<Selected<S, C, Chosen>, Count>, PlinthError>
  /** The same for Suspense: the data are there when it returns. */
  useSuspenseQuery<
    C extends CollectionName<S>,
    const Chosen extends Choice<S, C> = undefined,
    Count extends CountKind | undefined = undefined,
  >(
    collection: C,
    options?: ListOptions<S, C, Chosen, Count>,
    behaviour?: Omit<ListBehaviour, 'enabled'>,
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
  /**
   * Who is present in a channel, while the component is shown.
   *
   * @example
   * const { members, room } = usePresence('room:1', { state: { name } })
   * @param channel null waits until it is known
   */
  usePresence<State extends object, Payload = unknown>(
    channel: string | null,
    options?: PresenceOptions<State, Payload>,
  ): ChannelPresence<State, Payload>
}
