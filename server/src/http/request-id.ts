import { randomBytes } from 'node:crypto'

const accepted = /^[\w.-]{1,64}$/

/** Answers what gives each request its id: the caller's own if it is a plain word, else a new one. */
export function requestIds(): (given: string | readonly string[] | undefined) => string {
  // Random once a process, then counted: unique enough to find a line in a log, and free.
  const prefix = randomBytes(6).toString('hex')
  let count = 0
  return (given) => {
    if (typeof given === 'string' && accepted.test(given)) return given
    count += 1
    return `${prefix}-${count.toString(36)}`
  }
}
