/** What files, unlike connections, fail with. */
const ofFiles: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'EEXIST',
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'EIO',
])

/** The fault of a file that made something else go wrong; null where it was something else. */
export function fileFault(error: unknown): Error | null {
  if (!(error instanceof Error)) return null
  return 'code' in error && ofFiles.has(error.code) ? error : fileFault(error.cause)
}
