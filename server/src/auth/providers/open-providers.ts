import type { Actor } from '../../access/actor.ts'
import type { Arrival } from '../by-mail/by-mail-deps.ts'
import { actorText, recordEvent } from '../events/record-event.ts'
import type { Origin, SignInAnswer } from '../sessions/session.ts'
import { type Exchange, exchangeCode } from './exchange-code.ts'
import { type CallbackAnswer, finishAttempt, type FinishedAttempt } from './finish-attempt.ts'
import { listIdentities } from './identities.ts'
import { clientOpener, freshClient } from './open-client.ts'
import type { Provider } from './provider.ts'
import { callbackUrl, type ProviderDeps } from './provider-deps.ts'
import { type ReachProvider, reachProvider } from './reach-provider.ts'
import { type NewProvider, providerFrom } from './save-provider.ts'
import { type NewAttempt, startAttempt, type StartedAttempt } from './start-attempt.ts'
import { deleteProvider, findProvider, listProviders, putProvider } from './stored-providers.ts'
import { type ProviderCheck, tryProvider } from './try-provider.ts'
import { unlinkIdentity } from './unlink-identity.ts'

/** A provider as admins see it: without its secret. */
export interface ShownProvider extends Omit<Provider, 'clientSecret'> {
  readonly hasSecret: boolean
  /** What to enter at the provider. */
  readonly callbackUrl: string
}

/** Signing in with providers, as routes use it. */
export interface Providers {
  /** Those that are switched on, for buttons. */
  list(): Promise<readonly Pick<Provider, 'name' | 'label' | 'preset'>[]>
  start(name: string, wanted: NewAttempt, origin: Origin): Promise<StartedAttempt>
  finish(name: string, answer: CallbackAnswer, arrival: Arrival): Promise<FinishedAttempt>
  exchange(exchange: Exchange, arrival: Arrival): Promise<SignInAnswer | null>
  /** JSON text. */
  identities(userId: string): Promise<string>
  unlink(actor: Actor, id: string, origin: Origin): Promise<void>
  /** All of them, for admins. */
  show(): Promise<readonly ShownProvider[]>
  /** Makes one, or puts it in the place of the one with this name. */
  save(
    name: string,
    given: NewProvider,
    by: Actor,
    origin: Origin,
  ): Promise<{ readonly isNew: boolean; readonly provider: ShownProvider }>
  delete(name: string, by: Actor, origin: Origin): Promise<void>
  try(name: string): Promise<readonly ProviderCheck[]>
}

export interface ProvidersOptions extends Omit<ProviderDeps, 'openClient' | 'mailIsSent'> {
  /** Null where mail is only kept. */
  readonly smtpUrl: string | null
  /** For tests alone. */
  readonly reachProvider?: ReachProvider
}

export function openProviders(options: ProvidersOptions): Providers {
  const reach = options.reachProvider ?? reachProvider({ privateNetworks: options.privateProviders })
  const deps: ProviderDeps = { ...options, mailIsSent: options.smtpUrl !== null, openClient: clientOpener(reach) }
  const { database } = deps.mail
  const shown = ({ clientSecret, ...provider }: Provider): ShownProvider => ({
    ...provider,
    hasSecret: clientSecret !== null,
    callbackUrl: callbackUrl(deps, provider.name),
  })
  const record = (kind: string, provider: string, by: Actor, origin: Origin): Promise<void> =>
    recordEvent(database, { kind, userId: null, actor: actorText(by), ...origin, details: { provider } })

  return {
    list: async () =>
      (await listProviders(database)).flatMap(({ name, label, preset, enabled }) =>
        enabled ? [{ name, label, preset }] : [],
      ),
    start: (name, wanted, origin) => startAttempt(deps, name, wanted, origin),
    finish: (name, answer, arrival) => finishAttempt(deps, name, answer, arrival),
    exchange: (exchange, arrival) => exchangeCode(deps, exchange, arrival),
    identities: (userId) => listIdentities(database, userId),
    unlink: (actor, id, origin) => unlinkIdentity(deps, actor, id, origin),
    show: async () => (await listProviders(database)).map(shown),
    save: async (name, given, by, origin) => {
      const before = (await listProviders(database)).find((each) => each.name === name) ?? null
      const provider = providerFrom(name, given, { before, privateProviders: deps.privateProviders })
      const isNew = await putProvider(database, provider, actorText(by))
      await record('providerSaved', name, by, origin)
      return { isNew, provider: shown(provider) }
    },
    delete: async (name, by, origin) => {
      await deleteProvider(database, name)
      await record('providerDeleted', name, by, origin)
    },
    try: async (name) => tryProvider(deps, freshClient(reach), await findProvider(database, name)),
  }
}
