import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { askSecret, askText } from '../terminal/ask.ts'

/** A second factor that can be shown at a terminal. */
export type TypedProof = { readonly code: string } | { readonly recoveryCode: string }

/**
 * Asks for a second factor. An app's codes have six digits, and recovery codes more.
 *
 * @param methods what the account has, as the server names it
 * @throws CliError where that is nothing that can be typed
 */
export async function askSecondFactor(methods: readonly string[]): Promise<TypedProof> {
  // An app is "totp" among the factors of a sign-in, and "code" among the methods of a fresh proof.
  const hasApp = methods.includes('totp') || methods.includes('code')
  const hasRecovery = methods.includes('recoveryCode')
  if (!hasApp && !hasRecovery)
    throw new CliError(
      'The second factor of this account is a passkey, which only browsers can show: set PLINTH_TOKEN to an API key instead.',
      exitCodes.notAllowed,
    )
  const ways = [hasApp && 'The six digits of your authenticator app', hasRecovery && 'a recovery code']
  const question = ways.filter((each) => each !== false).join(', or ')
  const typed = (await askText(question)).replaceAll(/\s/g, '')
  return hasApp && /^\d{6}$/.test(typed) ? { code: typed } : { recoveryCode: typed }
}

/** The same, or the password of an account that has no second factor. */
export const askProof = async (methods: readonly string[]): Promise<TypedProof | { readonly password: string }> =>
  methods.includes('password') ? { password: await askSecret('Your password once more') } : askSecondFactor(methods)
