import type { Api } from './api.ts'
import type { ImportedRecord, Records } from './read-records.ts'

/** A batch takes up to 1,000 operations; smaller ones keep the progress bar moving. */
const batchSize = 500

/** So many batches are under way at once: more than the server has processors would only wait there. */
const batchesAtOnce = 4

/**
 * Creates the records or replaces them, so that importing twice leaves what importing once does. `onProgress` hears how
 * many more have arrived.
 */
export async function importRecords(
  api: Api,
  { collection, records }: Records,
  onProgress: (count: number) => void,
): Promise<void> {
  const batches = chunksOf(records, batchSize)
  for (const group of chunksOf(batches, batchesAtOnce)) {
    await Promise.all(
      group.map(async (batch) => {
        await api.send('POST', '/api/batch', { operations: batch.map((record) => replace(collection, record)) })
        onProgress(batch.length)
      }),
    )
  }
}

const replace = (collection: string, { id, body }: ImportedRecord) =>
  ({ method: 'replace', collection, id, body, select: 'id' }) as const

const chunksOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
