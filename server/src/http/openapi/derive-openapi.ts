import type { Access } from '../../access/access.ts'
import type { Components, Json, OpenApiDocument, Section } from './document.ts'
import { adminSection } from './paths/admin-paths.ts'
import { authSection } from './paths/auth-paths.ts'
import { batchSection } from './paths/batch-paths.ts'
import { byMailSection } from './paths/by-mail-paths.ts'
import { collectionSection } from './paths/collection-paths.ts'
import { factorSection } from './paths/factor-paths.ts'
import { mailAdminSection } from './paths/mail-admin-paths.ts'
import { providerSection } from './paths/provider-paths.ts'
import { registrationSection } from './paths/registration-paths.ts'
import { schemaSection } from './paths/schema-paths.ts'
import { serverSection } from './paths/server-paths.ts'
import { problemResponses, problemSchemas } from './problem-responses.ts'
import { headers, parameters, securitySchemes } from './shared-components.ts'
import { usedComponents } from './used-components.ts'

export interface OpenApiOptions {
  /** The address under which people reach the server; left out, addresses are relative to the document's. */
  readonly publicUrl?: string | null
  /** Of the server. */
  readonly version: string
}

/**
 * The API as one caller may use it, as an OpenAPI 3.1 document: collections, operations and fields that do not exist for
 * the caller are not in it.
 *
 * @example deriveOpenApi(plans.access(catalog.model, anonymous), { version: '0.1.0' }).paths['/api/records/posts']
 */
export function deriveOpenApi(access: Access, { publicUrl, version }: OpenApiOptions): OpenApiDocument {
  const sections = sectionsOf(access)
  const paths = Object.assign({}, ...sections.map((section) => section.paths))
  const schemas = Object.assign({}, problemSchemas, recordSchemas, ...sections.map((section) => section.schemas))
  const components: Components = { schemas, responses: problemResponses, parameters, headers }
  return {
    openapi: '3.1.1',
    info: infoOf(access, version),
    servers: [{ url: publicUrl ?? '/' }],
    security: access.key === 'anonymous' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    tags: sections.map((section) => section.tag),
    paths,
    components: { ...usedComponents(paths, components), securitySchemes },
  }
}

function sectionsOf(access: Access): readonly Section[] {
  const collections = [...access.model.collections.keys()].flatMap((name) => {
    const permitted = access.collection(name)
    return permitted ? [collectionSection(access, permitted)] : []
  })
  const signIn = [authSection(access), factorSection(), registrationSection(), byMailSection(), providerSection()]
  const system = [batchSection(access), ...signIn]
  const admin = access.admin ? [schemaSection, adminSection(access), mailAdminSection()] : []
  return [...collections, ...system, ...admin, serverSection(access)].filter((section) => section !== null)
}

/** The API changes with the schema, so its version names both. */
const infoOf = (access: Access, version: string): Json => ({
  title: 'Plinth',
  version: `${version}+schema.${access.model.version}`,
  summary: 'The REST API of this Plinth, as you may use it.',
  description,
})

const description = `
Send an access token or an API key as \`Authorization: Bearer …\`. This page and this document show what **you** may do with
it: what you may not see is not there, and answers as if it did not exist.

- **Filters** are expressions: \`status = 'published' && author.name ~ 'ada' && created > @now - 7d\`. Text stands in quotes,
  \`~\` means contains, a dot leads through a relation, \`any(tags, name = 'news')\` asks about related records.
- **\`select\`** says what is answered: \`select=title,author(name),comments(body;sort=-created;limit=3)\`. The schemas here
  show records without it.
- **Lists** have pages: send a page's \`next\` as \`after\`.
- **Errors** are \`application/problem+json\` with a stable \`code\`.
- **Retries** are safe with an \`Idempotency-Key\`; lost updates are refused with \`If-Match\`.
- Times are UTC, decimals travel as text.
`.trim()

const recordSchemas: Json = {
  RecordId: {
    type: 'object',
    description: 'All that is answered of a record that you wrote and may not read.',
    required: ['id'],
    properties: { id: { type: 'string', format: 'uuid', examples: ['0198c0de-7a3b-7c4d-8e5f-0123456789ab'] } },
  },
  Count: {
    type: 'object',
    required: ['count'],
    properties: { count: { type: 'integer', minimum: 0, examples: [3] } },
  },
  Aggregates: {
    type: 'object',
    required: ['items'],
    properties: {
      items: {
        type: 'array',
        items: {
          type: 'object',
          description: 'The values it is grouped by, under their names, and an object for each function.',
          additionalProperties: true,
        },
      },
    },
    examples: [{ items: [{ status: 'published', count: 12, sum: { views: 4711 } }] }],
  },
}
