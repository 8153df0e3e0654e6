import { homedir } from 'node:os'
import { isAbsolute } from 'node:path'

/** Null for users whom the system does not know, as in containers, and where `HOME` names no place. */
export function homeFolder(): string | null {
  try {
    const folder = homedir()
    return isAbsolute(folder) ? folder : null
  } catch {
    return null
  }
}
