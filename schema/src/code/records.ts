/** A plain object whose members are looked at by name. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A member of its own, never one of the prototype. */
export const memberOf = (value: unknown, name: string): unknown =>
  isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined

/** The members that have a value. */
export const keysOf = (value: unknown): readonly string[] =>
  isRecord(value) ? Object.keys(value).filter((key) => value[key] !== undefined) : []
