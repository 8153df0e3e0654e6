import {
  authorizationCodeGrant,
  type Configuration,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
} from 'openid-client'
import type { OpenClient } from './open-client.ts'
import { presetOf } from './presets.ts'
import type { Provider } from './provider.ts'
import { callbackUrl, type ProviderDeps } from './provider-deps.ts'
import { reasonOf } from './provider-failed.ts'

/** One thing that was tried; `ok` is null where it cannot be told. */
export interface ProviderCheck {
  readonly check: 'metadata' | 'credentials'
  readonly ok: boolean | null
  readonly message: string
}

/**
 * Tries whether a provider can be used, as far as that can be told without somebody who signs in: its metadata are there,
 * and it knows our client id and secret. For that it is sent a code which it has never made.
 */
export async function tryProvider(
  deps: Pick<ProviderDeps, 'mail'>,
  openClient: OpenClient,
  provider: Provider,
): Promise<readonly ProviderCheck[]> {
  try {
    const client = await openClient(provider)
    const isKnown = presetOf(provider).withoutDiscovery !== undefined
    const message = isKnown ? 'Its addresses are known.' : `It was found at ${client.serverMetadata().issuer}.`
    return [{ check: 'metadata', ok: true, message }, await tryCredentials(client, callbackUrl(deps, provider.name))]
  } catch (error) {
    return [{ check: 'metadata', ok: false, message: reasonOf(error) }]
  }
}

// What says that the client is right and the code is wrong, and the other way round; GitHub has words of its own.
const accepted = new Set(['invalid_grant', 'bad_verification_code'])
const refused = new Set(['invalid_client', 'unauthorized_client', 'incorrect_client_credentials'])

async function tryCredentials(client: Configuration, callback: string): Promise<ProviderCheck> {
  const check = 'credentials'
  const state = randomState()
  const { issuer } = client.serverMetadata()
  const url = new URL(
    `${callback}?${new URLSearchParams({ code: 'plinth-tries-its-credentials', state, iss: issuer })}`,
  )
  const code = await authorizationCodeGrant(client, url, {
    expectedState: state,
    pkceCodeVerifier: randomPKCECodeVerifier(),
  }).then(
    () => 'accepted',
    (error: unknown) => (error instanceof ResponseBodyError ? error.error : reasonOf(error)),
  )
  if (accepted.has(code)) return { check, ok: true, message: 'It knows the client id and its secret.' }
  if (refused.has(code))
    return { check, ok: false, message: 'It refuses the client id or its secret: enter both again.' }
  return { check, ok: null, message: `It cannot be told whether it takes the client id and its secret: ${code}` }
}
