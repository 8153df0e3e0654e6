import { readdirSync, readFileSync } from 'node:fs'

/** Processor seconds of a process so far; null where the system does not say (only Linux does, in /proc). */
export function cpuSeconds(pid: number): number | null {
  const stat = readStat(pid)
  return stat === null ? null : stat.own
}

/** Processor seconds of a process and of all its children, running or ended. */
export function cpuSecondsWithChildren(pid: number): number | null {
  const parent = readStat(pid)
  if (parent === null) return null
  const children = readdirSync('/proc').flatMap((name) => {
    const stat = /^\d+$/.test(name) ? readStat(Number(name)) : null
    return stat?.parent === pid ? [stat.own] : []
  })
  return parent.own + parent.ended + children.reduce((sum, each) => sum + each, 0)
}

const ticksPerSecond = 100

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function readStat(pid: number): { readonly parent: number; readonly own: number; readonly ended: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the program's name in brackets, which may have spaces; `ppid` is the fourth.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map((i) => fields[i])
    return { parent, own: (user + system) / ticksPerSecond, ended: (endedUser + endedSystem) / ticksPerSecond }
  } catch {
    return null
  }
}
