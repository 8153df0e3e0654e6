import { errors, Problem } from '@plinth/schema'
import { AuthorizationResponseError } from 'openid-client'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { issueToken } from '../mail/one-time-tokens.ts'
import type { SignedIn } from '../sessions/session.ts'
import { type Attempt, type AttemptSecrets, clientOf, takeAttempt } from './attempts.ts'
import { fetchProfile, nameInForm } from './fetch-profile.ts'
import { presetOf } from './presets.ts'
import { callbackUrl, type ProviderDeps } from './provider-deps.ts'
import { providerFailed } from './provider-failed.ts'
import { findEnabledProvider } from './stored-providers.ts'
import { type Proved, useProof } from './use-proof.ts'

/** What the browser brings back from a provider. */
export interface CallbackAnswer {
  readonly parameters: URLSearchParams
  /** The secret of the browser that begins sign-ins; null without one. */
  readonly binding: string | null
}

/** Where the browser goes next, and what it takes along. */
export interface FinishedAttempt {
  readonly redirectTo: string
  /** Null where all went well, else the code of the problem. */
  readonly error: string | null
  /** To be exchanged for tokens, by who holds the verifier. */
  readonly code: string | null
  /** To be kept in cookies; null for an app, and for who has linked an identity. */
  readonly signedIn: SignedIn | null
}

const exchangeMinutes = 2

/**
 * Finishes what `startAttempt` began. What goes wrong after it is known who began it, they are told where they began.
 *
 * @throws Problem attemptInvalid
 */
export async function finishAttempt(
  deps: ProviderDeps,
  name: string,
  { parameters, binding }: CallbackAnswer,
  arrival: Arrival,
): Promise<FinishedAttempt> {
  const { database } = deps.mail
  const [state, ...more] = parameters.getAll('state')
  if (state === undefined || more.length > 0) throw errors.attemptInvalid()
  const { attempt, secrets } = await database.transaction((session) =>
    takeAttempt(session, state, { provider: name, binding }),
  )
  const { redirectTo } = attempt
  try {
    const proved = await prove(deps, attempt, secrets, parameters, arrival)
    const signedIn = attempt.challenge === null ? await useProof(deps, proved, arrival) : 'later'
    if (signedIn === null) return { redirectTo, error: null, code: null, signedIn }
    if (signedIn !== 'later' && !('mfaRequired' in signedIn)) return { redirectTo, error: null, code: null, signedIn }
    // An app finishes by itself; so does a page that has to ask for a second factor, whose ticket is for no address either.
    const data = { proved, challenge: attempt.challenge, binding: attempt.binding }
    const token = { purpose: 'exchange', userId: null, email: '', data, minutes: exchangeMinutes } as const
    return { redirectTo, error: null, code: await issueToken(database, token), signedIn: null }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { redirectTo, error: error.code, code: null, signedIn: null }
  }
}

/** What the provider says, once all of it was checked. @throws Problem providerNotFound, providerDenied, providerFailed */
async function prove(
  deps: ProviderDeps,
  { provider: name, client, link, fields }: Attempt,
  secrets: AttemptSecrets,
  parameters: URLSearchParams,
  arrival: Arrival,
): Promise<Proved> {
  const { database } = deps.mail
  const provider = await findEnabledProvider(database, name)
  if (clientOf(provider) !== client) throw errors.providerNotFound({ name })
  const url = new URL(`${callbackUrl(deps, name)}?${parameters}`)
  try {
    const profile = await fetchProfile(await deps.openClient(provider), provider, { url, ...secrets })
    const { formPost = false } = presetOf(provider)
    const personName = profile.name ?? (formPost ? nameInForm(parameters.get('user')) : null)
    return { identity: { ...profile, name: personName, provider: name }, label: provider.label, link, fields }
  } catch (error) {
    if (error instanceof AuthorizationResponseError && error.error === 'access_denied') throw errors.providerDenied()
    throw await providerFailed(deps, provider, error, arrival)
  }
}
