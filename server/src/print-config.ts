import { describeConfig, readConfig } from './config.ts'
import { CannotStart } from './database/cannot-start.ts'

/** A program that prints the configuration in force as JSON, without secrets; or what is wrong with it. */
try {
  process.stdout.write(`${JSON.stringify(describeConfig(readConfig(process.env)))}\n`)
} catch (error) {
  if (!(error instanceof CannotStart)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
