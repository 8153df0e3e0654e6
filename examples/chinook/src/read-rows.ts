import { readFile } from 'node:fs/promises'
import type { Row } from './columns.ts'

/** The rows of one source file. */
export async function readRows(source: string): Promise<readonly Row[]> {
  const file = new URL(`../data/${source}.json`, import.meta.url)
  const rows: readonly Row[] = JSON.parse(await readFile(file, 'utf8'))
  return rows
}
