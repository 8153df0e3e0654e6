import { autonumber } from './autonumber.ts'
import { boolean } from './boolean.ts'
import { computed } from './computed.ts'
import { date } from './date.ts'
import { datetime } from './datetime.ts'
import { decimal } from './decimal.ts'
import { email } from './email.ts'
import type { FieldType } from './field-type.ts'
import { float } from './float.ts'
import { geopoint } from './geopoint.ts'
import { integer } from './integer.ts'
import { json } from './json.ts'
import { multiselect } from './multiselect.ts'
import { relation } from './relation.ts'
import { richtext } from './richtext.ts'
import { select } from './select.ts'
import { slug } from './slug.ts'
import { text } from './text.ts'
import { url } from './url.ts'
import { uuid } from './uuid.ts'

/** The register of field types: the key is the name users write. */
export const fieldTypes = {
  text,
  richtext,
  email,
  url,
  slug,
  integer,
  decimal,
  float,
  boolean,
  date,
  datetime,
  select,
  multiselect,
  json,
  uuid,
  relation,
  geopoint,
  autonumber,
  computed,
} satisfies Record<string, FieldType>

export type FieldTypeName = keyof typeof fieldTypes

const byName = new Map<string, FieldType>(Object.entries(fieldTypes))

/** The field type of a name that anyone may have written; `undefined` where there is none. */
export const fieldType = (name: string): FieldType | undefined => byName.get(name)
