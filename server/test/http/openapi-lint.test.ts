import { buildModel } from '@plinth/schema'
import { expect, it } from 'vitest'
import { accessFor } from '../../src/access/access.ts'
import { type Actor, anonymous } from '../../src/access/actor.ts'
import { deriveOpenApi } from '../../src/http/openapi/derive-openapi.ts'
import { everyField } from './every-field.ts'
import { redoclyFaults, spectralFaults } from './lint-openapi.ts'

const model = buildModel({ version: 1, ...everyField })
const user = (...roles: string[]): Actor => ({ kind: 'user', id: 'u', userId: 'u', roles: ['authenticated', ...roles] })
const documentOf = (actor: Actor) => deriveOpenApi(accessFor(model, actor), { version: '1.0.0' })

it.each([
  ['an admin', user('admin')],
  ['an editor', user('editor')],
  ['a role that only hands in', { kind: 'key', id: 'k', userId: null, roles: ['clerk'] } as const],
  ['a guest', anonymous],
])('two independent linters find nothing wrong with the document of %s', async (_, actor) => {
  const source = JSON.stringify(documentOf(actor))
  expect(await redoclyFaults(source)).toEqual([])
  expect(await spectralFaults(source)).toEqual([])
})

it('both linters do find faults', async () => {
  const text = JSON.stringify(documentOf(anonymous))
  const dangling = text.replaceAll('"#/components/schemas/Fault"', '"#/components/schemas/Fauld"')
  expect((await redoclyFaults(dangling)).join()).toContain('no-unresolved-refs')
  expect((await spectralFaults(dangling)).join()).toContain('invalid-ref')
  const repeated = text.replaceAll('"getTag"', '"getPost"')
  expect((await redoclyFaults(repeated)).join()).toContain('operation-operationId-unique')
  expect((await spectralFaults(repeated)).join()).toContain('operation-operationId-unique')
})
