import { homedir } from 'node:os'

/** Null for users whom the system does not know, as in containers. */
export function homeFolder(): string | null {
  try {
    return homedir()
  } catch {
    return null
  }
}
