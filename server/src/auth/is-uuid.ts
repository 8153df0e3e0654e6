const pattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** Whether PostgreSQL can read a text as the id of a user or a key. */
export const isUuid = (text: string): boolean => pattern.test(text)
