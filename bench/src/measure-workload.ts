import { checkAnswers } from './check-answers.ts'
import { cpuSeconds, cpuSecondsWithChildren } from './cpu-time.ts'
import type { Load, Loaded } from './load/load.ts'
import { median } from './median.ts'
import type { Options } from './options.ts'
import { postmasterOf } from './postmaster.ts'
import type { Contestant } from './request.ts'
import type { Stage } from './stage.ts'
import { withClient } from './with-client.ts'
import type { Workload } from './workloads.ts'

/** One server in one round, with the processor time a request took; null where the system does not tell. */
export interface Sample extends Loaded {
  readonly serverMicroseconds: number | null
  readonly databaseMicroseconds: number | null
}

export interface Round {
  readonly floor: Sample
  readonly plinth: Sample
  /** Plinth's throughput as a share of the floor's. */
  readonly ratio: number
}

export interface Measured {
  readonly workload: Workload
  readonly rounds: readonly Round[]
  /** The median of the rounds' ratios. */
  readonly ratio: number
  readonly reached: boolean
  readonly errors: number
}

const warmUpSeconds = 2

/** Checks both servers' answers, warms both up, then lets them take turns. */
export async function measureWorkload(
  stage: Stage,
  load: Load,
  workload: Workload,
  options: Options,
): Promise<Measured> {
  await tidy(stage)
  await checkAnswers(stage, workload)
  const postgres = await postmasterOf(stage.databaseUrl)
  const turn = (contestant: Contestant, round: number, seconds: number) =>
    sample(contestant, postgres, () => load.run(contestant, workload.requests(stage.dataset, round), seconds))
  for (const each of [stage.floor, stage.plinth]) await turn(each, 0, warmUpSeconds)
  const rounds: Round[] = []
  for (let round = 1; round <= options.rounds; round++) {
    const floor = await turn(stage.floor, round, options.seconds)
    const plinth = await turn(stage.plinth, round, options.seconds)
    rounds.push({ floor, plinth, ratio: plinth.perSecond / floor.perSecond })
  }
  const ratio = median(rounds.map((each) => each.ratio))
  const errors = rounds.reduce((sum, { floor, plinth }) => sum + floor.errors + plinth.errors, 0)
  return { workload, rounds, ratio, reached: ratio >= workload.goal, errors }
}

/** Neither server shall pay for what an earlier workload left behind. */
async function tidy({ databaseUrl }: Stage): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  })
}

async function sample(contestant: Contestant, postgres: number | null, run: () => Promise<Loaded>): Promise<Sample> {
  const read = () => [cpuSeconds(contestant.pid), postgres === null ? null : cpuSecondsWithChildren(postgres)] as const
  const before = read()
  const loaded = await run()
  const [server, database] = read().map((after, i) => {
    const start = before[i] ?? null
    return after === null || start === null ? null : ((after - start) * 1e6) / loaded.requests
  })
  return { ...loaded, serverMicroseconds: server ?? null, databaseMicroseconds: database ?? null }
}
