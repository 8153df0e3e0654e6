import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import type { OpenApiDocument } from '../../src/http/openapi/document.ts'

const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))

/** What is wrong with an answer, as the document describes it at this place; nothing where it fits. */
export function answerChecker(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false })
  // The package's types describe its CommonJS form.
  const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void
  addFormats(ajv)
  ajv.addSchema({ $id: 'https://example.com/api', ...document })
  return (method: string, path: string, { status, body }: { readonly status: number; readonly body: unknown }) => {
    const parts = ['paths', path, method, 'responses', String(status), 'content', 'application/json', 'schema']
    const validate = ajv.compile({ $ref: `https://example.com/api#/${parts.map(escaped).join('/')}` })
    return validate(body) ? [] : validate.errors
  }
}
