import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { workloads } from './workloads.ts'

export interface Options {
  /** How long each server is under load in each round. */
  readonly seconds: number
  readonly rounds: number
  readonly connections: number
  /** Names of workloads. */
  readonly only: readonly string[]
  /** Whether a ratio below its goal is a failure. */
  readonly strict: boolean
  /** A folder for a processor profile of Plinth. */
  readonly profile: string | null
  /** Of the realtime workload: listening sockets, idle ones in the end, and for how long it writes. */
  readonly sockets: number
  readonly idle: number
  readonly realtimeSeconds: number
  /** Of the storm: how many clients come back at once. */
  readonly returning: number
}

const usage = `npm run bench -- [--seconds 5] [--rounds 3] [--only get,list,expand,create,update,sign-in,realtime,storm]
                 [--sockets 1000] [--idle 10000] [--returning 8000] [--connections 32] [--strict] [--profile FOLDER]`

const usual: readonly string[] = [...workloads.map(({ name }) => name), 'sign-in', 'realtime']
/** Others take minutes, and are run when they are asked for. */
const names: readonly string[] = [...usual, 'storm']

/** Reads the command line, and ends the process with the usage where it is wrong. */
export function readOptions(args: readonly string[]): Options {
  try {
    return parse(args)
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

function parse(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '32' },
      sockets: { type: 'string', default: '1000' },
      idle: { type: 'string', default: '10000' },
      returning: { type: 'string', default: '8000' },
      only: { type: 'string', default: usual.join(',') },
      strict: { type: 'boolean', default: false },
      profile: { type: 'string' },
    },
  })
  const sockets = wholeNumber('sockets', values.sockets, 100_000)
  const idle = wholeNumber('idle', values.idle, 100_000)
  if (idle <= sockets)
    throw new Error('--idle must be more than --sockets: the memory of a socket is told by the difference.')
  return {
    seconds: wholeNumber('seconds', values.seconds ?? '5'),
    realtimeSeconds: wholeNumber('seconds', values.seconds ?? '30'),
    sockets,
    idle,
    returning: wholeNumber('returning', values.returning, 100_000),
    rounds: wholeNumber('rounds', values.rounds),
    connections: wholeNumber('connections', values.connections),
    only: values.only.split(',').map(knownWorkload),
    strict: values.strict,
    profile: values.profile === undefined ? null : resolve(values.profile),
  }
}

function wholeNumber(name: string, text: string, most = 1_000): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`--${name} must be a whole number from 1 to ${most}, not "${text}".`)
}

function knownWorkload(name: string): string {
  if (names.includes(name)) return name
  throw new Error(`There is no workload "${name}".`)
}
