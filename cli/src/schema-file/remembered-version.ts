import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type SchemaDocument, sameJson } from '@plinth/schema'
import { CliError } from '../cli-error.ts'
import type { Client } from '@plinth/sdk'
import { plainSchema, readVersion } from '../server/schema-api.ts'
import { writeWholeFile } from '../write-whole-file.ts'

/** What a schema file and a server last had in common: the version, and a hash that tells it from another server's. */
interface Remembered {
  readonly version: number
  readonly hash: string
}

// Keyed by the server's address: one file may be pushed to several.
type Memory = Readonly<Record<string, Remembered>>

const memoryOf = (schemaPath: string): string => join(dirname(schemaPath), '.plinth', 'schema-versions.json')

/** Remembers, beside the schema file, the version that it and the server have in common. */
export function rememberVersion(schemaPath: string, url: string, document: SchemaDocument): void {
  const path = memoryOf(schemaPath)
  const entry: Remembered = { version: document.version, hash: hashOf(document) }
  const before = readMemory(path)
  if (sameJson(before[url], entry)) return
  const sorted = Object.entries({ ...before, [url]: entry }).toSorted(([a], [b]) => (a < b ? -1 : 1))
  writeWholeFile(path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`)
}

/**
 * The schema that the file and the server last had in common. Null where that is not known, also where the server's
 * version of that number is another: then it is another server, or was made anew.
 */
export async function rememberedSchema(schemaPath: string, client: Client): Promise<SchemaDocument | null> {
  const entry = readMemory(memoryOf(schemaPath))[client.url]
  if (!Number.isSafeInteger(entry?.version) || entry === undefined) return null
  const document = await readVersion(client, entry.version)
  return document !== null && hashOf(document) === entry.hash ? document : null
}

const hashOf = (document: SchemaDocument): string =>
  createHash('sha256')
    .update(JSON.stringify(plainSchema(document)))
    .digest('hex')
    .slice(0, 32)

function readMemory(path: string): Memory {
  if (!existsSync(path)) return {}
  try {
    // Written by us alone; whatever else stands there is caught below, or matches no version.
    return JSON.parse(readFileSync(path, 'utf8')) as Memory
  } catch (cause) {
    throw new CliError(`${path} is no JSON: delete it, then run "plinth schema pull".`, undefined, { cause })
  }
}
