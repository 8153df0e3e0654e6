import { stripVTControlCharacters } from 'node:util'

/** Text of somebody else's as it may be shown: what would steer the terminal is taken out. */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- those are what it is about
  stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ')
