/** The forms in which records leave and come in bulk. */
export const transferFormats = ['csv', 'json', 'ndjson'] as const
export type TransferFormat = (typeof transferFormats)[number]

/** Their media types: RFC 4180 and RFC 8259; for lines of JSON there is none that is registered. */
export const mediaTypes: { readonly [F in TransferFormat]: string } = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  ndjson: 'application/x-ndjson; charset=utf-8',
}
