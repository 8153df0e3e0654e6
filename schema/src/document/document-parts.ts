import type { SchemaDocument } from './schema-document.ts'

type DocumentPart = Exclude<keyof SchemaDocument, 'version'>

/** All that a schema document has besides its version: a part that is missing here does not compile. */
export const documentParts = Object.keys({
  roles: true,
  collections: true,
  channels: true,
  claims: true,
} satisfies Record<DocumentPart, true>) as readonly DocumentPart[]
