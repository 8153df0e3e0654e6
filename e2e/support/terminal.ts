import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { stripVTControlCharacters } from 'node:util'
import { type CommandOptions, main } from './plinth-command.ts'
import { runProcess } from './run-process.ts'
import { foreignSettings } from './server-process.ts'
import { until } from './until.ts'

/** Somebody at a terminal: what is asked, and the keys that are pressed then. */
export type Dialogue = readonly (readonly [question: RegExp, keys: string])[]

/** Whether there is `script` here, which gives a program a terminal, as Linux has it. */
export const hasTerminal: boolean = (await runProcess('sh', ['-c', 'script --version'])).output.includes('util-linux')

/** Runs `plinth` in a terminal of its own, and answers its questions as they come. */
export async function plinthInTerminal(
  words: string,
  { cwd, env }: CommandOptions,
  dialogue: Dialogue,
): Promise<{ readonly code: number | null; readonly shown: string }> {
  const command = `stty cols 120 rows 40; '${process.execPath}' --conditions=source '${main}' ${words}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd,
    env: { ...foreignSettings(), TERM: 'xterm-256color', CI: '', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
  const ended = once(child, 'exit')
  let seen = 0
  for (const [question, keys] of dialogue) {
    await until(() => child.exitCode !== null || question.test(plain(shown.slice(seen))))
    seen = shown.length
    child.stdin.write(keys)
  }
  await ended
  return { code: child.exitCode, shown: plain(shown) }
}

const plain = (text: string): string => stripVTControlCharacters(text).replaceAll('\r', '')
