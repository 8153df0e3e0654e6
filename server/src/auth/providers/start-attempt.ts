import { errors } from '@plinth/schema'
import { buildAuthorizationUrl, calculatePKCECodeChallenge } from 'openid-client'
import type { Actor } from '../../access/actor.ts'
import type { Origin } from '../sessions/session.ts'
import { secretHash } from '../secret.ts'
import { beginAttempt, clientOf, type Linking } from './attempts.ts'
import { presetOf } from './presets.ts'
import { callbackUrl, type ProviderDeps, signedInPage } from './provider-deps.ts'
import { providerFailed } from './provider-failed.ts'
import { findEnabledProvider } from './stored-providers.ts'

/** What somebody wants to begin. */
export interface NewAttempt {
  readonly redirectTo: string
  /** The secret that the browser holds, for who keeps the session in cookies. */
  readonly binding: string | null
  /** For who wants tokens: exchanged for them with its verifier. */
  readonly challenge: string | null
  /** Who wants one more way in; null to sign in. */
  readonly link: Actor | null
  readonly fields: Readonly<Record<string, unknown>>
}

export interface StartedAttempt {
  /** Where the browser goes. */
  readonly url: string
  /** Whether the provider has the browser post its answer. */
  readonly formPost: boolean
}

/** Begins a sign-in with a provider. @throws Problem providerNotFound, redirectNotAllowed, notSignedIn, providerFailed */
export async function startAttempt(
  deps: ProviderDeps,
  name: string,
  wanted: NewAttempt,
  origin: Origin,
): Promise<StartedAttempt> {
  const { redirectTo, binding, challenge, link, fields } = wanted
  // Character by character: whatever else is done to compare addresses has let somebody through somewhere.
  if (![...deps.redirectUrls, signedInPage(deps)].includes(redirectTo)) throw errors.redirectNotAllowed()
  const provider = await findEnabledProvider(deps.mail.database, name)
  const linking = link === null ? null : linkingOf(link)
  const client = await deps.openClient(provider).catch(async (error: unknown) => {
    throw await providerFailed(deps, provider, error, origin)
  })
  const { formPost = false, scopes, withoutDiscovery } = presetOf(provider)
  const { state, nonce, verifier } = await beginAttempt(deps.mail.database, {
    provider: name,
    client: clientOf(provider),
    redirectTo,
    binding: binding === null ? null : secretHash(binding),
    challenge,
    link: linking,
    fields,
  })
  const url = buildAuthorizationUrl(client, {
    redirect_uri: callbackUrl(deps, name),
    scope: (provider.scopes ?? scopes).join(' '),
    state,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(withoutDiscovery === undefined && { nonce }),
    ...(formPost && { response_mode: 'form_post' }),
  })
  return { url: url.href, formPost }
}

function linkingOf({ userId, sessionId }: Actor): Linking {
  if (userId === null || sessionId === undefined) throw errors.notSignedIn()
  return { userId, sessionId }
}
