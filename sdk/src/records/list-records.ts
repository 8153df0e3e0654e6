import type { Transport } from '../http/transport.ts'
import type { CallOptions } from '../http/request-options.ts'
import { listQuery } from './list-query.ts'

type Members = Readonly<Record<string, unknown>>

export interface AnyPage {
  readonly items: readonly unknown[]
  readonly next: string | null
}

/** A list: nothing is sent before it is awaited or iterated. */
export function listRecords(transport: Transport, path: string, options: Members & CallOptions) {
  const load = async (place: Members): Promise<AnyPage> => {
    const query = listQuery({ ...options, ...place })
    // The server answers every list in this shape.
    return (await transport.json('GET', path, { ...callOptions(options), query })) as AnyPage
  }

  /** The first page is where the options say; from there on, each page says where the next one starts. */
  async function* pages(): AsyncGenerator<AnyPage> {
    let page = await load({})
    yield page
    while (page.next !== null) {
      page = await load({ page: undefined, count: undefined, after: page.next })
      yield page
    }
  }

  async function* records(): AsyncGenerator<unknown> {
    for await (const { items } of pages()) yield* items
  }

  const all = async (): Promise<unknown[]> => {
    const found: unknown[] = []
    for await (const { items } of pages()) found.push(...items)
    return found
  }

  return {
    // oxlint-disable-next-line unicorn/no-thenable -- awaited it is a page, iterated it is all of them
    then: (...handlers: Parameters<Promise<AnyPage>['then']>) => load({}).then(...handlers),
    catch: (...handlers: Parameters<Promise<AnyPage>['catch']>) => load({}).catch(...handlers),
    finally: (...handlers: Parameters<Promise<AnyPage>['finally']>) => load({}).finally(...handlers),
    [Symbol.toStringTag]: 'Listing',
    pages,
    all,
    [Symbol.asyncIterator]: records,
  }
}

/** What a call is told besides what it is about. */
export const callOptions = ({ signal, timeout, retries }: CallOptions): CallOptions => ({ signal, timeout, retries })
