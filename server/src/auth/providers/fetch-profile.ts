import { checkJson, fieldType, jsonSchema } from '@plinth/schema'
import { authorizationCodeGrant, type Configuration, fetchProtectedResource, fetchUserInfo } from 'openid-client'
import { isPlaceholder } from '../placeholder-address.ts'
import { type Preset, presetOf } from './presets.ts'
import type { AskApi, Claims, Profile, Provider } from './provider.ts'

/** What the provider has sent by the browser, and what it is held to. */
export interface Answered {
  /** The address that it was sent to, with all that was sent. */
  readonly url: URL
  readonly state: string
  readonly nonce: string
  readonly verifier: string
}

/**
 * Turns what the provider has sent into who somebody is: checks state and `iss`, redeems the code, and checks the id token
 * (signature, issuer, audience, times, nonce).
 *
 * @throws whatever openid-client finds wrong
 */
export async function fetchProfile(client: Configuration, provider: Provider, answered: Answered): Promise<Profile> {
  const { url, state, nonce, verifier } = answered
  const preset = presetOf(provider)
  const isOidc = preset.withoutDiscovery === undefined
  const tokens = await authorizationCodeGrant(client, url, {
    expectedState: state,
    pkceCodeVerifier: verifier,
    ...(isOidc && { expectedNonce: nonce, idTokenExpected: true }),
  })
  const ask: AskApi = (api) => askApi(client, tokens.access_token, api)
  const sources = isOidc
    ? await withUserInfo(client, tokens.access_token, tokens.claims() ?? {}, preset)
    : [(await preset.withoutDiscovery?.readProfile(ask)) ?? {}]
  return profileOf(sources, isOidc ? sources[0]?.iss : preset.issuer(provider), preset)
}

async function askApi(client: Configuration, accessToken: string, url: string): Promise<unknown> {
  const headers = new Headers({ Accept: 'application/json' })
  const answer = await fetchProtectedResource(client, accessToken, new URL(url), 'GET', null, headers)
  if (answer.status !== 200) throw new Error(`${new URL(url).pathname} answered ${answer.status}.`)
  return answer.json()
}

/**
 * Many providers tell the address at their user info endpoint alone. It is asked where the id token vouches for none, and
 * believed about the same subject only.
 */
async function withUserInfo(
  client: Configuration,
  accessToken: string,
  claims: Claims,
  preset: Preset,
): Promise<readonly Claims[]> {
  const { userinfo_endpoint: endpoint } = client.serverMetadata()
  if (vouches(preset, claims) || endpoint === undefined || typeof claims.sub !== 'string') return [claims]
  return [claims, { ...(await fetchUserInfo(client, accessToken, claims.sub)) }]
}

const vouches = ({ isVerified }: Preset, claims: Claims): boolean => claims.email !== undefined && isVerified(claims)

const address = jsonSchema.string(fieldType('email')?.value({ type: 'email' }) ?? {})
const maxLength = 255

/** What vouches for an address has to stand beside it: what the id token says is not about the user info's, nor the other way. */
function profileOf(sources: readonly Claims[], issuer: unknown, preset: Preset): Profile {
  const told = sources.find((each) => vouches(preset, each)) ?? sources.find((each) => each.email !== undefined) ?? {}
  const subject = sources[0]?.sub
  if (typeof issuer !== 'string' || !isPlainText(subject)) throw new Error('The provider does not say who it is.')
  const { email } = told
  const known = typeof email === 'string' && checkJson(address, email, '').length === 0 && !isPlaceholder(email)
  const name = nameOf(sources.find((each) => each.name !== undefined)?.name)
  return { issuer, subject, email: known ? email : null, verified: known && preset.isVerified(told), name }
}

const isPlainText = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= maxLength && !/\p{Cc}/u.test(value)

/** As people see it: on one line. */
function nameOf(value: unknown): string | null {
  const name =
    typeof value === 'string'
      ? value
          .toWellFormed()
          .replace(/\p{Cc}+/gu, ' ')
          .trim()
          .slice(0, maxLength)
      : ''
  return name === '' ? null : name
}

/** Apple sends it beside the code, the first time only: `{"name":{"firstName":…,"lastName":…}}`. It proves nothing. */
export function nameInForm(text: string | null): string | null {
  try {
    const { firstName, lastName } = JSON.parse(text ?? '').name
    return nameOf([firstName, lastName].filter((each) => typeof each === 'string').join(' '))
  } catch {
    return null
  }
}
