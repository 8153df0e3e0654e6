import pg from 'pg'
import { checkAnswers } from './check-answers.ts'
import { cpuSeconds, cpuSecondsWithChildren } from './cpu-time.ts'
import type { Load, Loaded } from './load/load.ts'
import type { Options } from './options.ts'
import type { Contestant } from './request.ts'
import type { Stage } from './stage.ts'
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
  const postgres = await postmasterOf(stage)
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

/** The process whose children serve the connections. */
async function postmasterOf({ databaseUrl }: Stage): Promise<number | null> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ pid: string }>(
      `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as pid`,
    )
    return Number(rows[0]?.pid)
  })
}

async function withClient<T>(connectionString: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
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

/** The middle value; of an even number the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = low] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}
