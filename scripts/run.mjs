import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The workspace's folder. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/**
 * @typedef {{ code: number, output: string, seconds: number }} Finished
 * @typedef {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} RunOptions
 */

/** Seconds since `started`, a time from `performance.now()`. */
export const secondsSince = (/** @type {number} */ started) => (performance.now() - started) / 1000

/**
 * Runs a program without standard input and keeps what it prints; `show` prints it at once as well.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Finished>}
 */
export function run(command, args, { cwd = root, env = process.env, show = false } = {}) {
  const started = performance.now()
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  const keep = (/** @type {string} */ text) => {
    output += text
    if (show) process.stdout.write(text)
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  return new Promise((resolve) => {
    const finish = (/** @type {number} */ code) => resolve({ code, output, seconds: secondsSince(started) })
    child.on('error', (error) => {
      keep(`${command} could not be started: ${error.message}\n`)
      finish(127)
    })
    child.on('close', (code, signal) => finish(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** The environment in which the pinned Node is found first, by our own programs and by what they start. */
export const withNode = (/** @type {string} */ node) => ({
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}`,
  TURBO_TELEMETRY_DISABLED: '1',
})

/**
 * Becomes another program: same terminal, signals and exit code. Where this Node can replace its own process it does,
 * so that nothing of ours stays in between.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function become(command, args, env) {
  const defined = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined))
  if (typeof process.execve === 'function' && process.platform !== 'win32') {
    process.execve(command, [command, ...args], defined)
  }
  const child = spawn(command, args, { env, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole group: passed on, the child would get it twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => fail(`${command} could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
}

/**
 * Ends this process with a sentence for the person who started it.
 *
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  console.error(sentence)
  process.exit(1)
}
