import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { Access } from '../../access/access.ts'
import { deriveOpenApi, type OpenApiOptions } from './derive-openapi.ts'

export interface RenderedDocument {
  readonly text: string
  readonly etag: string
}

const maxCharacters = 32 * 1024 * 1024

/**
 * Answers the document as text. It is derived once for each access: the same object stands for the same roles under the
 * same model, and another takes its place when either changes.
 */
export function documentRenderer(options: OpenApiOptions): (access: Access) => RenderedDocument {
  const kept = new LRUCache<Access, RenderedDocument>({
    maxSize: maxCharacters,
    sizeCalculation: ({ text }) => text.length,
  })
  return (access) => {
    const known = kept.get(access)
    if (known) return known
    const text = JSON.stringify(deriveOpenApi(access, options))
    const rendered = { text, etag: `"${hash('sha1', text, 'base64url')}"` }
    kept.set(access, rendered)
    return rendered
  }
}
