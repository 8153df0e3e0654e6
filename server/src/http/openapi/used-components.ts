import type { Components, Json } from './document.ts'

/** The components that are referred to from `roots`, directly or through each other. */
export function usedComponents(roots: unknown, components: Components): Components {
  const used = new Set<string>()
  const visit = (value: unknown): void => {
    for (const reference of referencesIn(value)) {
      if (used.has(reference)) continue
      used.add(reference)
      visit(componentAt(components, reference))
    }
  }
  visit(roots)
  const kinds = Object.entries(components).map(([kind, all]) => {
    const kept = Object.entries<unknown>(all).filter(([name]) => used.has(`#/components/${kind}/${name}`))
    return [kind, Object.fromEntries(kept)] as const
  })
  return Object.fromEntries(kinds.filter(([, kept]) => Object.keys(kept).length > 0))
}

/** Every `$ref` with a text, at any depth. A property that is called `$ref` holds a schema, and is none. */
function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' && typeof member === 'string' ? [member] : referencesIn(member),
  )
}

function componentAt(components: Components, reference: string): unknown {
  const [, , kind, name = ''] = reference.split('/')
  const all: Json | undefined = Object.entries(components).find(([each]) => each === kind)?.[1]
  return all?.[name]
}
