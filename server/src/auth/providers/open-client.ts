import { LRUCache } from 'lru-cache'
import {
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client'
import { appleClientSecret } from './apple-client-secret.ts'
import { presetOf } from './presets.ts'
import { isLoopback } from './private-networks.ts'
import type { Provider } from './provider.ts'
import type { ReachProvider } from './reach-provider.ts'

/** Makes what speaks with a provider. @throws whatever openid-client finds wrong with the provider's metadata */
export type OpenClient = (provider: Provider) => Promise<Configuration>

const seconds = 10
const keptMilliseconds = 600_000

/** Metadata of providers changes once in years, and is kept for ten minutes; keys are asked for at each sign-in. */
export function clientOpener(reach: ReachProvider): OpenClient {
  const metadata = new LRUCache<string, string>({ max: 100, ttl: keptMilliseconds })
  const reachOrRemember: ReachProvider = async (url, request) => {
    const known = metadata.get(url)
    if (known !== undefined) return jsonResponse(known)
    const answer = await reach(url, request)
    if (answer.status !== 200) return answer
    const text = await answer.text()
    metadata.set(url, text)
    return jsonResponse(text)
  }
  return (provider) => openClient(provider, reach, reachOrRemember)
}

const jsonResponse = (text: string): Response =>
  new Response(text, { status: 200, headers: { 'Content-Type': 'application/json' } })

/** The same, with nothing remembered: for an admin who looks whether it works. */
export const freshClient =
  (reach: ReachProvider): OpenClient =>
  (provider) =>
    openClient(provider, reach, reach)

async function openClient(
  provider: Provider,
  reach: ReachProvider,
  reachMetadata: ReachProvider,
): Promise<Configuration> {
  const { issuer: issuerOf, withoutDiscovery } = presetOf(provider)
  const issuer = issuerOf(provider)
  if (withoutDiscovery !== undefined) {
    const { authorization, token } = withoutDiscovery
    const server = { issuer, authorization_endpoint: authorization, token_endpoint: token }
    const client = new Configuration(server, provider.clientId, {}, clientAuth(provider))
    client[customFetch] = reach
    client.timeout = seconds
    return client
  }
  const client = await discovery(new URL(issuer), provider.clientId, {}, clientAuth(provider), {
    [customFetch]: reachMetadata,
    timeout: seconds,
    // `reach` lets it happen on this machine alone, and only where the settings allow it.
    execute: [enableNonRepudiationChecks, ...(isLoopback(new URL(issuer)) ? [allowInsecureRequests] : [])],
  })
  client[customFetch] = reach
  return client
}

/** In the header where the provider knows nothing else, else in the form, which fewer get wrong. */
function clientAuth(provider: Provider): ClientAuth {
  if (provider.preset === 'apple') return ClientSecretPost(appleClientSecret(provider))
  const { clientSecret } = provider
  if (clientSecret === null) return None()
  const inForm = ClientSecretPost(clientSecret)
  const inHeader = ClientSecretBasic(clientSecret)
  return (server, ...rest) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_post'] } = server
    return (methods.includes('client_secret_post') ? inForm : inHeader)(server, ...rest)
  }
}
