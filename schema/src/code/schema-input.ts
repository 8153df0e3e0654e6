import type { Collection, Field, Role, SchemaDocument } from '../document/schema-document.ts'
import type { CommonOption, FieldType } from '../fields/field-type.ts'
import type { FieldTypeName, fieldTypes } from '../fields/index.ts'

/** A schema as people write it: what goes without saying may be left out, and the server counts versions. */
export interface SchemaInput {
  readonly roles?: Readonly<Record<string, Role>>
  readonly collections?: Readonly<Record<string, CollectionInput>>
  readonly channels?: SchemaDocument['channels']
  readonly claims?: SchemaDocument['claims']
}

export type CollectionInput = Partial<Omit<Collection, 'fields'>> & {
  readonly fields?: Readonly<Record<string, FieldInput>>
}

type CommonOptions = Pick<Field, CommonOption>

type OwnOptions<Name extends FieldTypeName> =
  (typeof fieldTypes)[Name] extends FieldType<infer Options> ? Options : never

type FieldInputs = {
  readonly [Name in FieldTypeName]: { readonly type: Name } & OwnOptions<Name> & CommonOptions
}

/** A field with the options of its type. */
export type FieldInput = FieldInputs[FieldTypeName]

/**
 * What inference lets pass: an option that the field's type does not have, and a link to a collection that is not there.
 * Intersected with the literal's own type, so that the mistake is underlined where it stands.
 */
export type Checked<Input> = Input extends { readonly collections: infer Collections }
  ? {
      readonly collections: {
        readonly [Name in keyof Collections]: Collections[Name] extends { readonly fields: infer Fields }
          ? { readonly fields: { readonly [Key in keyof Fields]: CheckedField<Fields[Key], keyof Collections> } }
          : unknown
      }
    }
  : unknown

type CheckedField<Given, Targets> = Given extends { readonly type: infer Name extends FieldTypeName }
  ? {
      readonly [Option in keyof Given]: Option extends 'to'
        ? Targets | 'users'
        : Option extends keyof FieldInputs[Name]
          ? unknown
          : never
    }
  : unknown
