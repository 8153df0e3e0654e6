/** Whether the members of a part of a schema are shown to people in the order in which they are written. */
export const isOrdered = ([top, , part, ...deeper]: readonly string[]): boolean =>
  top === 'collections' && (part === undefined || (part === 'fields' && deeper.length === 0))

/** How the order of a part is called among its members: no name looks like this. */
export const orderPath = (path: readonly string[]): readonly string[] => [...path, '(order)']
