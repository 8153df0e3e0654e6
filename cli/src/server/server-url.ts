import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'

export interface ServerOptions {
  readonly url?: string
}

/** Where the server is: `--url`, else `PLINTH_URL`, else this machine. Always written in the same way. */
export function serverUrl({ url }: ServerOptions): string {
  const given = url ?? (process.env['PLINTH_URL'] || 'http://localhost:8090')
  const address = URL.parse(given)
  if (address === null || !/^https?:$/.test(address.protocol))
    throw new CliError(`"${given}" is no address: write it as http://localhost:8090.`, exitCodes.usage)
  // It may be a password: it is not repeated.
  if (address.username !== '' || address.password !== '')
    throw new CliError('The address of a server names no user: sign in with "plinth sign-in".', exitCodes.usage)
  return address.origin + address.pathname.replace(/\/+$/, '')
}

/** Whether what is sent there can be read on the way. */
export function isUnencrypted(url: string): boolean {
  const { protocol, hostname } = new URL(url)
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
