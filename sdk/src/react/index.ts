export { createHooks } from './create-hooks.ts'
export type {
  AuthState,
  ListBehaviour,
  PlinthHooks,
  PlinthProviderProps,
  PresenceOptions,
  QueryBehaviour,
  RecordMutations,
} from './hooks.ts'
export type { ChannelPresence } from './use-channel-presence.ts'
export { keyRoot, listOf, type QuerySource, recordOf } from './queries.ts'
