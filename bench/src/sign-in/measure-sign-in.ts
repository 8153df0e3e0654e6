import { Agent } from 'node:http'
import { cpuSeconds, cpuSecondsWithChildren } from '../cpu-time.ts'
import { median } from '../median.ts'
import type { Options } from '../options.ts'
import { postmasterOf } from '../postmaster.ts'
import type { Stage } from '../stage.ts'
import { passwordOf, type SignInUser } from './sign-in-users.ts'
import { type Answered, send } from './send.ts'

/** One round: plain reads while nothing else happens, then the same reads while people sign in. */
export interface SignInRound {
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Processor time of a sign-in, with the reads that run beside it; null where the system does not tell. */
  readonly serverMicroseconds: number | null
  readonly databaseMicroseconds: number | null
  readonly idleRead: ReadTimes
  readonly busyRead: ReadTimes
  readonly errors: number
}

interface ReadTimes {
  readonly p50: number
  readonly p99: number
}

export interface MeasuredSignIn {
  readonly rounds: readonly SignInRound[]
  /** p99 of a read beside sign-ins, as a multiple of its idle value: the median of the rounds. */
  readonly slowdown: number
  readonly reached: boolean
  readonly errors: number
}

/** How many sign-ins are under way all the time. */
export const concurrent = 50
/** A read's p99 beside them stays below so many times its idle value. */
export const goal = 5
/** A read starts so often, whether or not the one before was answered: a slow answer must not thin out the reads. */
const readEveryMs = 5
const warmUpMs = 1_000

export async function measureSignIn(
  stage: Stage,
  users: readonly SignInUser[],
  options: Pick<Options, 'rounds' | 'seconds'>,
): Promise<MeasuredSignIn> {
  const agent = new Agent({ keepAlive: true })
  const postgres = await postmasterOf(stage.databaseUrl)
  try {
    await reads(stage, agent, warmUpMs)
    await Promise.all([signIns(stage, agent, users, warmUpMs), reads(stage, agent, warmUpMs)])
    const rounds: SignInRound[] = []
    for (let i = 0; i < options.rounds; i++)
      rounds.push(await measureRound(stage, agent, users, options.seconds * 1000, postgres))
    const slowdown = median(rounds.map(({ idleRead, busyRead }) => busyRead.p99 / idleRead.p99))
    const errors = rounds.reduce((sum, round) => sum + round.errors, 0)
    return { rounds, slowdown, reached: slowdown < goal, errors }
  } finally {
    agent.destroy()
  }
}

async function measureRound(
  stage: Stage,
  agent: Agent,
  users: readonly SignInUser[],
  milliseconds: number,
  postgres: number | null,
): Promise<SignInRound> {
  const idle = await reads(stage, agent, milliseconds)
  const cpu = () => [cpuSeconds(stage.plinth.pid), postgres === null ? null : cpuSecondsWithChildren(postgres)] as const
  const before = cpu()
  const started = performance.now()
  const [signedIn, busy] = await Promise.all([
    signIns(stage, agent, users, milliseconds),
    reads(stage, agent, milliseconds),
  ])
  const seconds = (performance.now() - started) / 1000
  const [server, database] = cpu().map((after, i) => {
    const start = before[i] ?? null
    return after === null || start === null ? null : ((after - start) * 1e6) / signedIn.length
  })
  return {
    perSecond: signedIn.length / seconds,
    ...timesOf(signedIn),
    serverMicroseconds: server ?? null,
    databaseMicroseconds: database ?? null,
    idleRead: timesOf(idle),
    busyRead: timesOf(busy),
    errors: [...signedIn, ...idle, ...busy].filter(({ status }) => status !== 200).length,
  }
}

/** Each hand signs in again as soon as it is signed in. */
async function signIns(
  { plinth }: Stage,
  agent: Agent,
  users: readonly SignInUser[],
  milliseconds: number,
): Promise<readonly Answered[]> {
  const until = performance.now() + milliseconds
  const answers: Answered[] = []
  const hand = async ({ email }: SignInUser): Promise<void> => {
    const body = JSON.stringify({ email, password: passwordOf(email) })
    while (performance.now() < until)
      answers.push(await send(plinth.url, agent, { method: 'POST', path: '/api/auth/sign-in', body }, null))
  }
  await Promise.all(users.slice(0, concurrent).map(hand))
  return answers
}

/** A post by its id, again and again. */
async function reads({ plinth, dataset }: Stage, agent: Agent, milliseconds: number): Promise<readonly Answered[]> {
  const token = await plinth.token()
  const sent: Promise<Answered>[] = []
  const { readable } = dataset
  await new Promise<void>((resolve) => {
    const until = performance.now() + milliseconds
    const timer = setInterval(() => {
      const id = readable[Math.floor(Math.random() * readable.length)]
      sent.push(send(plinth.url, agent, { method: 'GET', path: `/api/records/posts/${id}`, body: null }, token))
      if (performance.now() < until) return
      clearInterval(timer)
      resolve()
    }, readEveryMs)
  })
  return Promise.all(sent)
}

function timesOf(answers: readonly Answered[]): ReadTimes {
  const sorted = answers.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { p50: at(0.5), p99: at(0.99) }
}
