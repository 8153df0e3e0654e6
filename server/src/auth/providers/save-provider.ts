import { createPrivateKey } from 'node:crypto'
import { errors, type Fault } from '@plinth/schema'
import { presetOf } from './presets.ts'
import { isLoopback } from './private-networks.ts'
import type { PresetName, Provider } from './provider.ts'
import { providerName } from './stored-providers.ts'

/** A provider as an admin writes it. */
export interface NewProvider {
  readonly preset?: PresetName
  readonly issuer?: string
  readonly tenant?: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly teamId?: string
  readonly keyId?: string
  readonly scopes?: readonly string[]
  readonly label?: string
  readonly enabled?: boolean
}

/**
 * What an admin has written as a provider. A secret that is left out stays as it is, as long as it goes to the same place:
 * whoever may write providers must not learn by that what the secret is.
 *
 * @throws Problem invalidBody with all that is wrong
 */
export function providerFrom(
  name: string,
  given: NewProvider,
  { before, privateProviders }: { readonly before: Provider | null; readonly privateProviders: boolean },
): Provider {
  const { preset = null, issuer = null, tenant = null, clientId, teamId = null, keyId = null, scopes = null } = given
  const isSame = before?.preset === preset && before.issuer === issuer && before.clientId === clientId
  const clientSecret = given.clientSecret ?? (isSame ? before.clientSecret : null)
  const label = given.label ?? (presetOf({ preset }).label || name)
  const enabled = given.enabled ?? true
  const provider = { name, label, preset, issuer, tenant, clientId, clientSecret, teamId, keyId, scopes, enabled }
  const faults = faultsOf(provider, privateProviders)
  if (faults.length > 0) throw errors.invalidBody({ errors: faults })
  return provider
}

function faultsOf(provider: Provider, privateProviders: boolean): readonly Fault[] {
  const { name, preset, issuer, tenant, clientSecret, teamId, keyId, scopes } = provider
  const fault = (isFault: boolean, path: string, code: string, message: string): readonly Fault[] =>
    isFault ? [{ path, code, message }] : []
  const isApple = preset === 'apple'
  const needsOpenId = presetOf(provider).withoutDiscovery === undefined
  return [
    ...fault(
      !new RegExp(providerName).test(name),
      '',
      'format',
      'A name is made of a-z, 0-9 and -, and begins with a-z.',
    ),
    ...fault((preset === null) === (issuer === null), '/issuer', 'required', 'Give either a preset or an issuer.'),
    ...(issuer === null ? [] : issuerFaults(issuer, privateProviders)),
    ...fault(tenant !== null && preset !== 'microsoft', '/tenant', 'unknownField', 'Only Microsoft has tenants.'),
    ...fault(preset !== null && clientSecret === null, '/clientSecret', 'required', 'This is required.'),
    ...fault(isApple && teamId === null, '/teamId', 'required', 'Apple needs the id of your team.'),
    ...fault(isApple && keyId === null, '/keyId', 'required', 'Apple needs the id of the key.'),
    ...fault(!isApple && teamId !== null, '/teamId', 'unknownField', 'Only Apple has teams.'),
    ...fault(!isApple && keyId !== null, '/keyId', 'unknownField', 'Only Apple has keys with an id.'),
    ...fault(
      isApple && clientSecret !== null && !isPrivateKey(clientSecret),
      '/clientSecret',
      'format',
      'For Apple this is the text of the .p8 file: the private key of the team.',
    ),
    ...fault(
      needsOpenId && scopes?.includes('openid') === false,
      '/scopes',
      'required',
      'Without "openid" nothing proves who somebody is.',
    ),
  ]
}

/** https://openid.net/specs/openid-connect-discovery-1_0.html#IssuerDiscovery */
function issuerFaults(issuer: string, privateProviders: boolean): readonly Fault[] {
  const url = URL.parse(issuer)
  const fault = (code: string, message: string): readonly Fault[] => [{ path: '/issuer', code, message }]
  const hasMore = url === null || url.username + url.password + url.search + url.hash !== '' || issuer.includes('#')
  if (hasMore)
    return fault('format', 'An issuer is an address such as https://id.example.com/realms/staff, and no more.')
  if (isLoopback(url) && !privateProviders)
    return fault('notAllowed', 'A provider on this machine needs PLINTH_PRIVATE_PROVIDERS=on.')
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url))) return []
  return fault('format', 'An issuer begins with https://.')
}

function isPrivateKey(text: string): boolean {
  try {
    const key = createPrivateKey(text)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}
