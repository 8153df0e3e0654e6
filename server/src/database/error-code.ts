/** The `code` that Node (`ENOENT`) and PostgreSQL (`23505`) give their errors; empty when there is none. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
