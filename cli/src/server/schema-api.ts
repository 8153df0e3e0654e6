import { completeSchema, type Rename, type SchemaDocument, tidySchema } from '@plinth/schema'
import { type Client, PlinthError } from '@plinth/sdk'

/** One step of a migration plan, as the server describes it. */
export interface Step {
  readonly id: string
  readonly summary: string
  readonly sql: readonly string[]
  readonly risk: 'safe' | 'slow' | 'destructive'
  readonly rows: number
  readonly samples: readonly Sample[]
  readonly blockers: {
    readonly count: number
    readonly rows: readonly Sample[]
    readonly reason: string
    readonly mend: string
  } | null
  readonly warning: string | null
}

interface Sample {
  readonly id: string
  readonly value: unknown
}

export interface Version {
  readonly version: number
  readonly created: string
  readonly createdBy: string
  readonly summary: readonly string[]
}

export interface PlanRequest {
  readonly schema: SchemaDocument
  readonly base: number
  readonly renames: readonly Rename[]
}

// Rewriting a large table takes as long as it takes.
const patient = { timeout: 0 }

/** The schema in force. */
export const readSchema = async (client: Client): Promise<SchemaDocument> =>
  plainSchema(await client.request<SchemaDocument>('GET', '/api/schema'))

export const planSchema = (client: Client, body: PlanRequest): Promise<{ readonly steps: readonly Step[] }> =>
  client.request('POST', '/api/schema/plan', { body, ...patient })

export const applySchema = (
  client: Client,
  body: PlanRequest & { readonly accept: readonly string[] },
): Promise<{ readonly version: number; readonly schema: SchemaDocument }> =>
  client.request('POST', '/api/schema/apply', { body, ...patient })

/** Every version, newest first. */
export async function readVersions(client: Client): Promise<readonly Version[]> {
  const { items } = await client.request<{ items: readonly Version[] }>('GET', '/api/schema/versions')
  return items
}

/** The schema as a version had it; null where the server has had none of that number. */
export async function readVersion(client: Client, version: number): Promise<SchemaDocument | null> {
  try {
    const { schema } = await client.request<{ schema: SchemaDocument }>('GET', `/api/schema/versions/${version}`)
    return plainSchema({ ...schema, version })
  } catch (error) {
    if (error instanceof PlinthError && error.code === 'versionNotFound') return null
    throw error
  }
}

/** A document without members that say nothing, such as an empty list of indexes: two that mean the same are the same. */
export const plainSchema = (document: SchemaDocument): SchemaDocument => ({
  ...completeSchema(tidySchema(document)),
  version: document.version,
})
