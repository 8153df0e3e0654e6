import type { OpenApiDocument, Operation } from '../../src/http/openapi/document.ts'

const methods = ['get', 'post', 'put', 'patch', 'delete'] as const

export interface PlacedOperation {
  readonly path: string
  readonly method: (typeof methods)[number]
  readonly operation: Operation
}

/** Every operation of a document, with where it is. */
export const operationsOf = ({ paths }: OpenApiDocument): readonly PlacedOperation[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ path, method, operation }] : []
    }),
  )
