import { createClient } from '@plinth/sdk'
import type { World } from '../../sdk/test/suite/check.ts'
import { suite } from '../../sdk/test/suite/suite.ts'

/** Runs one case in this page; null where it holds, else what was wrong. */
async function run(name: string, world: World): Promise<string | null> {
  try {
    await suite[name]?.(world)
    return suite[name] === undefined ? 'there is no such case' : null
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
}

/** What the tests call in a page. */
export interface SdkPage {
  readonly run: typeof run
  readonly createClient: typeof createClient
}

Object.assign(globalThis, { sdk: { run, createClient } satisfies SdkPage })
