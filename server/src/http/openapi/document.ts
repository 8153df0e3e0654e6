/** A piece of the document. OpenAPI 3.1 is JSON, and its Schema Objects are JSON Schema 2020-12. */
export type Json = Readonly<Record<string, unknown>>

/** https://spec.openapis.org/oas/v3.1.1.html#operation-object */
export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description: string
  readonly security?: readonly Json[]
  readonly parameters?: readonly Json[]
  readonly requestBody?: Json
  readonly responses: Json
}

export type PathItem = Readonly<Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Operation>>> & {
  readonly parameters?: readonly Json[]
}

/** What one part of the API adds to the document. Components that nothing refers to are left out in the end. */
export interface Section {
  readonly tag: Json
  readonly paths: Readonly<Record<string, PathItem>>
  readonly schemas: Json
}

/** https://spec.openapis.org/oas/v3.1.1.html#openapi-object */
export interface OpenApiDocument {
  readonly openapi: string
  readonly info: Json
  readonly servers: readonly Json[]
  readonly security: readonly Json[]
  readonly tags: readonly Json[]
  readonly paths: Readonly<Record<string, PathItem>>
  readonly components: Components
}

export type ComponentKind = 'schemas' | 'responses' | 'parameters' | 'headers' | 'securitySchemes'
export type Components = Readonly<Partial<Record<ComponentKind, Json>>>

export const ref = (kind: ComponentKind, name: string): Json => ({ $ref: `#/components/${kind}/${name}` })
export const schemaRef = (name: string): Json => ref('schemas', name)

const jsonContent = (schema: Json): Json => ({ 'application/json': { schema } })

/** A body that must be sent. */
export const jsonBody = (schema: Json): Json => ({ required: true, content: jsonContent(schema) })

/** A body that may be left out where nothing is to be said. */
export const optionalJsonBody = (schema: Json): Json => ({ required: false, content: jsonContent(schema) })

const requestId = { 'X-Request-Id': ref('headers', 'X-Request-Id') }

/** A response with a JSON body. Every response carries the request's id. */
export const answer = (description: string, schema: Json, headers: Json = {}): Json => ({
  description,
  headers: { ...headers, ...requestId },
  content: jsonContent(schema),
})

/** A response without a body. */
export const emptyAnswer = (description: string, headers: Json = {}): Json => ({
  description,
  headers: { ...headers, ...requestId },
})
