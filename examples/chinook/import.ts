import { SingleBar } from 'cli-progress'
import { demoAccounts, demoPassword, readAccounts, setDemoPasswords } from './src/accounts.ts'
import type { Api } from './src/api.ts'
import { applySchema } from './src/apply-schema.ts'
import { ImportProblem } from './src/import-problem.ts'
import { importRecords } from './src/import-records.ts'
import { readRecords } from './src/read-records.ts'
import { signIn } from './src/sign-in.ts'

try {
  const started = performance.now()
  const api = await signIn(process.env)
  await applySchema(api)
  const rows = await importEverything(api)
  await setDemoPasswords(api)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`Imported ${rows.toLocaleString('en')} rows in ${seconds} s.\n\n${whatNext(api.url)}`)
} catch (error) {
  if (!(error instanceof ImportProblem)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** Accounts first, since customers and employees link to theirs. Answers how many rows of the source arrived. */
async function importEverything(api: Api): Promise<number> {
  const accounts = await readAccounts()
  const tables = await readRecords()
  const rows = tables.reduce((sum, { records }) => sum + records.length, 0)
  // Where the output is no terminal, the bar shows nothing.
  const bar = new SingleBar({ format: '{bar} {percentage} %  {value} of {total}  {collection}', hideCursor: true })
  bar.start(accounts.records.length + rows, 0, { collection: 'users' })
  try {
    for (const records of [accounts, ...tables]) {
      await importRecords(api, records, (count) => bar.increment(count, { collection: records.collection }))
    }
    bar.update({ collection: 'done' })
  } finally {
    bar.stop()
  }
  return rows
}

function whatNext(url: string): string {
  return `Try:
  curl '${url}/api/records/albums?select=title,artist(name)&limit=3'
  ${url}/docs   the API, as you may use it
  README.md   ten requests, with signing in
Accounts, all with the password ${demoPassword}:
${demoAccounts.map(({ email, who }) => `  ${email}   ${who}`).join('\n')}`
}
