/**
 * Members that are not there, and could be names of collections, are collections. `then` is not, or what has them could not
 * be awaited; nor is what consoles and test runners look for (`toJSON`, `$$typeof`).
 */
export const withCollections = <Base extends { collection(name: string): object }>(base: Base): Base =>
  new Proxy(base, {
    get: (_, name) =>
      typeof name === 'string' && /^(?!then$)[a-z][a-z0-9_]*$/.test(name) && !Object.hasOwn(base, name)
        ? base.collection(name)
        : Reflect.get(base, name),
  })
