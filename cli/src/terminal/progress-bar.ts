import type { Terminal } from './terminal.ts'

/** One line that shows how far something is, and how fast it goes. */
export interface ProgressBar {
  /** @param done the part that is done, from 0 to 1; null where nobody knows how much there is */
  show(rows: number, done: number | null): void
  /** Takes the line away. */
  end(): void
}

const width = 24
const milliseconds = 100

/** Nothing where nobody looks. */
export function progressBar({ watched }: Pick<Terminal, 'watched'>, title: string): ProgressBar {
  if (!watched) return { show: () => {}, end: () => {} }
  const started = performance.now()
  const { stderr } = process
  let shown = -milliseconds
  return {
    show: (rows, done) => {
      const now = performance.now()
      if (now - shown < milliseconds) return
      shown = now
      const rate = Math.round((rows / Math.max(1, now - started)) * 1000)
      const line = [title, ...bar(done), `${count(rows)} rows`, `${count(rate)}/s`].join('  ')
      stderr.write(`\r\u001b[K${line.slice(0, (stderr.columns || 80) - 1)}`)
    },
    end: () => void (shown >= 0 && stderr.write('\r\u001b[K')),
  }
}

function bar(done: number | null): readonly string[] {
  if (done === null) return []
  const filled = Math.round(Math.min(1, done) * width)
  return ['█'.repeat(filled) + '░'.repeat(width - filled), `${Math.floor(Math.min(1, done) * 100)} %`.padStart(5)]
}

const count = (value: number): string => value.toLocaleString('en')
