/** Members that are not there are collections; `then` is not, or what has them could not be awaited. */
export const withCollections = <Base extends { collection(name: string): object }>(base: Base): Base =>
  new Proxy(base, {
    get: (_, name) =>
      typeof name !== 'string' || name === 'then' || Object.hasOwn(base, name)
        ? Reflect.get(base, name)
        : base.collection(name),
  })
