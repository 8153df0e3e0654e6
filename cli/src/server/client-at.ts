import { type Client, type ClientOptions, createClient } from '@plinth/sdk'
import { ownVersion } from '../own-version.ts'
import { directFetch } from './direct-fetch.ts'

// Somebody waits at a terminal: a server that is away is told of soon.
const retries = 1

/** What lists of sessions show. */
const headers = { 'User-Agent': `plinth/${ownVersion} (${process.platform})` }

/** A client as all commands use it; nobody, unless the options say who. */
export const clientAt = (url: string, options: Pick<ClientOptions, 'token' | 'storage'> = {}): Client =>
  createClient(url, { ...options, retries, headers, fetch: directFetch })
