import { errorCatalogue } from '@plinth/schema'
import type { LinkTexts } from './link-page-texts.ts'

/** What a callback may send to the page that it leads to. */
const codes = [
  'providerDenied',
  'providerFailed',
  'providerNotFound',
  'registrationClosed',
  'addressUnproven',
  'addressTaken',
  'identityTaken',
  'userBlocked',
  'notSignedIn',
] as const

/** The sentence for each of them. Those of the catalogue that have gaps to fill in are for who knows more. */
export const providerProblems = ({ problems, signedIn }: LinkTexts): Readonly<Record<string, string>> =>
  Object.fromEntries(
    codes.map((code) => {
      const sentence: string = errorCatalogue[code][1]
      return [code, problems[code] ?? (sentence.includes('{') ? signedIn.again : sentence)]
    }),
  )
