import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { memberOf } from '@plinth/schema'
import { CliError } from '../cli-error.ts'

/** Runs a schema file that is more than a literal, and answers what it exports. */
export async function runModule(path: string): Promise<unknown> {
  findOwnPackages()
  try {
    const exported: unknown = await import(pathToFileURL(path).href)
    return memberOf(exported, 'default') ?? memberOf(exported, 'schema')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CliError(`${path} cannot be run: ${reason}`, undefined, { cause })
  }
}

/** A project that has not installed `@plinth/schema` gets the command's own. */
function findOwnPackages(): void {
  registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context)
      } catch (error) {
        if (specifier !== '@plinth/schema') throw error
        return next(specifier, { ...context, parentURL: import.meta.url })
      }
    },
  })
}
