import type { FieldModel, Model, ValueType } from '@plinth/schema'
import { escapeHtml } from '../../auth/mail/templates/escape-html.ts'

type Input = (field: FieldModel, attributes: string, choose: string) => string

const input =
  (type: string): Input =>
  (_field, attributes) =>
    `<input type="${type}" required ${attributes}>`

/** How a value is typed in; those of other types are left to who calls the API. */
const inputs: Partial<Record<ValueType['kind'], Input>> = {
  text: ({ declared: { maxLength } }, attributes) =>
    `<input type="text" required ${typeof maxLength === 'number' ? `maxlength="${maxLength}" ` : ''}${attributes}>`,
  integer: (_field, attributes) => `<input type="number" step="1" required ${attributes}>`,
  float: (_field, attributes) => `<input type="number" step="any" required ${attributes}>`,
  decimal: (_field, attributes) => `<input type="text" inputmode="decimal" required ${attributes}>`,
  boolean: (_field, attributes) => `<input type="checkbox" ${attributes}>`,
  date: input('date'),
  datetime: input('datetime-local'),
  choice: ({ valueType }, attributes, choose) => {
    const options = valueType.kind === 'choice' ? valueType.options : []
    const shown = options.map((option) => `<option>${escapeHtml(option)}</option>`).join('')
    return `<select required ${attributes}><option value="">${escapeHtml(choose)}</option>${shown}</select>`
  },
}

/** Inputs for what every user must have, besides what Plinth asks for by itself: HTML, `''` where that is nothing. */
export function userFieldInputs({ collections }: Model, choose: string): string {
  const fields = [...(collections.get('users')?.fields.values() ?? [])].filter(isAskedFor)
  return fields.map((field) => labelled(field, choose)).join('')
}

const isAskedFor = ({ builtIn, required, declared, column }: FieldModel): boolean =>
  !builtIn &&
  required &&
  declared.default === undefined &&
  declared.hidden !== true &&
  declared.readonly !== true &&
  column?.filledBy === undefined

function labelled(field: FieldModel, choose: string): string {
  const { name, declared, valueType } = field
  const make = inputs[valueType.kind]
  if (make === undefined) return ''
  const id = `field-${name}`
  const attributes = `id="${id}" name="${name}" data-kind="${valueType.kind}" autocomplete="off"`
  return `
        <label for="${id}">${escapeHtml(declared.label ?? spoken(name))}</label>
        ${make(field, attributes, choose)}`
}

/** `first_name` as a person would write it. */
const spoken = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll('_', ' ')
