import { authCases } from './auth.ts'
import type { Case } from './check.ts'
import { recordCases } from './records.ts'

/** What the client does against a real server: the same in Node and in browsers, from sources and from the package. */
export const suite: Readonly<Record<string, Case>> = { ...recordCases, ...authCases }
