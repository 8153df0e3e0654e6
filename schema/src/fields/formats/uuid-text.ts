import * as json from '../../json-schema.ts'

/** A uuid as text. The format alone would let `urn:uuid:…` through, which PostgreSQL refuses. */
export const uuidText = json.string({
  format: 'uuid',
  pattern: '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
})
