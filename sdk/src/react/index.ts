export { createHooks } from './create-hooks.ts'
export type { AuthState, PlinthHooks, PlinthProviderProps, QueryBehaviour, RecordMutations } from './hooks.ts'
export { keyRoot, listOf, type QuerySource, recordOf } from './queries.ts'
