import { createConfig, lintFromString } from '@redocly/openapi-core'
import spectralCore, { type RulesetDefinition } from '@stoplight/spectral-core'
import spectralRulesets from '@stoplight/spectral-rulesets'

const redoclySuppressed = {
  // What the data may be used for is for whoever runs this Plinth to say; it has no licence of its own.
  'info-license': 'off',
} as const

const spectralSuppressed = {
  // There is nobody to name: a Plinth knows its schema, not who runs it.
  'info-contact': 'off',
} as const

/** Everything Redocly's recommended rules find fault with, warnings too. */
export async function redoclyFaults(source: string): Promise<readonly string[]> {
  const config = await createConfig({ extends: ['recommended'], rules: redoclySuppressed })
  const found = await lintFromString({ source, config })
  return found.map(({ ruleId, severity, message, location }) => {
    const where = location[0]
    return `${severity} ${ruleId}: ${message} ${where && 'pointer' in where ? where.pointer : ''}`
  })
}

// The packages are CommonJS: what is exported arrives as the default.
const { Spectral } = spectralCore

/** Everything Spectral's OpenAPI rules find fault with, warnings and hints too. */
export async function spectralFaults(source: string): Promise<readonly string[]> {
  const spectral = new Spectral()
  // Its own type asks for a member that a ruleset without parents need not have.
  const oas = spectralRulesets.oas as RulesetDefinition
  spectral.setRuleset({ extends: [oas], rules: spectralSuppressed })
  const found = await spectral.run(JSON.parse(source))
  return found.map(({ code, severity, message, path }) => `${severity} ${code}: ${message} ${path.join('/')}`)
}
