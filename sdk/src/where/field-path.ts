const fieldName = /^[a-z][a-z0-9_]{0,62}$/

/**
 * The path to a field of a record that is reached by `path`. Keys may come from anywhere, so each must be a name.
 *
 * @throws TypeError
 */
export function fieldPath(path: string, name: string): string {
  if (!fieldName.test(name)) throw new TypeError(`"${name}" is not the name of a field.`)
  return path === '' ? name : `${path}.${name}`
}
