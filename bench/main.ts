import { mkdirSync } from 'node:fs'
import { readOptions } from './src/options.ts'
import { concurrent, measureSignIn } from './src/sign-in/measure-sign-in.ts'
import { makeSignInUsers } from './src/sign-in/sign-in-users.ts'
import { measureRealtime } from './src/realtime/measure-realtime.ts'
import { measureStorms } from './src/realtime/measure-storm.ts'
import { printStorms } from './src/realtime/print-storm.ts'
import { printRealtime } from './src/realtime/print-realtime.ts'
import { printHeader, printSignIn, printSummary, printWorkload } from './src/report.ts'
import { chooseLoad } from './src/load/load.ts'
import { measureWorkload, type Measured } from './src/measure-workload.ts'
import { openStage } from './src/stage.ts'
import { workloads } from './src/workloads.ts'

const options = readOptions(process.argv.slice(2))
if (options.profile !== null) mkdirSync(options.profile, { recursive: true })
const results: Pick<Measured, 'errors' | 'reached'>[] = []
// They have a server of their own, and no floor.
if (options.only.some((name) => name !== 'realtime' && name !== 'storm')) await measureOnStage()
if (options.only.includes('realtime')) {
  const realtime = await measureRealtime(options)
  printRealtime(realtime)
  results.push(realtime)
}
if (options.only.includes('storm')) {
  const storms = await measureStorms(options)
  printStorms(storms)
  results.push(storms)
}
const failed = results.some((each) => each.errors > 0) || (options.strict && results.some((each) => !each.reached))
process.exitCode = failed ? 1 : 0

async function measureOnStage(): Promise<void> {
  const load = await chooseLoad(options.connections)
  const stage = await openStage(options)
  try {
    printHeader(stage, load.name, options)
    const measured: Measured[] = []
    for (const workload of workloads.filter(({ name }) => options.only.includes(name))) {
      const each = await measureWorkload(stage, load, workload, options)
      printWorkload(each)
      measured.push(each)
    }
    if (measured.length > 0) printSummary(measured)
    results.push(...measured)
    if (options.only.includes('sign-in')) {
      const signIn = await measureSignIn(stage, await makeSignInUsers(stage, concurrent), options)
      printSignIn(signIn)
      results.push(signIn)
    }
  } finally {
    await stage.close()
  }
}
