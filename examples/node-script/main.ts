import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createClient, PlinthError } from '@plinth/sdk'
import type { Schema } from './plinth.d.ts'

const { PLINTH_URL, PLINTH_ADMIN_EMAIL: email, PLINTH_ADMIN_PASSWORD: password, PLINTH_API_KEY: token } = process.env
const db = createClient<Schema>(PLINTH_URL ?? 'http://localhost:8090', token ? { token } : {})
const newTracks = fileURLToPath(new URL('new-tracks.ndjson', import.meta.url))

/** What its reader can mend: a sentence is enough. */
class Mistake extends Error {}

try {
  if (!token) await db.auth.signIn({ email: email ?? '', password: password ?? '' })
  await importTracks(process.argv[2] ?? newTracks)
  await showBestCustomers()
  if (!token) await db.auth.signOut()
} catch (error) {
  if (!(error instanceof PlinthError || error instanceof Mistake)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** All of the file, or nothing. Run again, it updates what it brought the first time. */
async function importTracks(file: string): Promise<void> {
  const options = { format: 'ndjson', onConflict: 'update', key: 'number' } as const
  const { errors } = await db.tracks.import(await tracksOf(file), { ...options, dryRun: true })
  const faults = errors.map(({ line, column, message }) => `\n  line ${line}, ${column ?? 'all of it'}: ${message}`)
  if (faults.length > 0) throw new Mistake(`Nothing was imported from ${file}:${faults.join('')}`)
  const { created, updated } = await db.tracks.import(await tracksOf(file), options)
  console.log(`Tracks: ${created} new, ${updated} updated.`)
}

/** The tracks of a file of any size, as it is read, with ids in place of names. */
async function tracksOf(file: string): Promise<ReadableStream<Uint8Array>> {
  const albums = new Map((await db.albums.list({ select: ['title', 'id'] }).all()).map(({ title, id }) => [title, id]))
  const genres = new Map((await db.genres.list({ select: ['name', 'id'] }).all()).map(({ name, id }) => [name, id]))
  const types = new Map((await db.media_types.list({ select: ['name', 'id'] }).all()).map(({ name, id }) => [name, id]))
  const lines = createInterface({ input: createReadStream(file) })[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(to) {
      const { done, value } = await lines.next()
      if (done === true) return to.close()
      const { album, genre, media_type, ...track } = JSON.parse(value)
      const links = { album: albums.get(album), genre: genres.get(genre), media_type: types.get(media_type) }
      to.enqueue(encoder.encode(`${JSON.stringify({ ...track, ...links })}\n`))
    },
  })
}

/** One statement sums up all invoices; the sums are exact, and travel as text. */
async function showBestCustomers(): Promise<void> {
  const sales = await db.invoices.aggregate({
    sum: ['total'],
    count: true,
    group: ['customer.first_name', 'customer.last_name', 'customer.country'],
  })
  const best = sales.toSorted((a, b) => Number(b.sum.total) - Number(a.sum.total)).slice(0, 5)
  console.log('Best customers:')
  for (const { sum, count, ...customer } of best) {
    const name = `${customer['customer.first_name']} ${customer['customer.last_name']}`
    console.log(`  ${sum.total}  ${name}, ${customer['customer.country']}, ${count} invoices`)
  }
}
