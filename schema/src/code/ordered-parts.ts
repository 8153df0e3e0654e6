/** Whether the members of a part of a schema are shown to people in the order in which they are written. */
export const isOrdered = (path: readonly string[]): boolean =>
  path[0] === 'collections' && (path.length === 1 || (path.length === 3 && path[2] === 'fields'))

/** How the order of a part is called among its members: no name looks like this. */
export const orderPath = (path: readonly string[]): readonly string[] => [...path, '(order)']
