import { buildModel, type SchemaDocument } from '@plinth/schema'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accessFor } from '../../src/access/access.ts'
import { type Actor, anonymous } from '../../src/access/actor.ts'
import { deriveOpenApi } from '../../src/http/openapi/derive-openapi.ts'
import type { Json, OpenApiDocument } from '../../src/http/openapi/document.ts'
import { collectionNames, systemSchemas } from '../../src/http/openapi/operation-names.ts'
import { documentRenderer } from '../../src/http/openapi/rendered-document.ts'
import { parseAggregate, parseGroup } from '../../src/query/aggregate.ts'
import { checkFilter } from '../../src/query/check-filter.ts'
import { parseSelect } from '../../src/query/parse-select.ts'
import { resolveShape } from '../../src/query/shape.ts'
import { parseSort } from '../../src/query/sort.ts'
import { everyField } from './every-field.ts'
import { operationsOf } from './operations-of.ts'

const model = buildModel({ version: 1, ...everyField })
const user = (...roles: string[]): Actor => ({ kind: 'user', id: 'u', userId: 'u', roles: ['authenticated', ...roles] })
const admin = user('admin')
const clerk: Actor = { kind: 'key', id: 'k', userId: null, roles: ['clerk'] }
const documentOf = (actor: Actor, schema = model) => deriveOpenApi(accessFor(schema, actor), { version: '1.0.0' })

const idsOf = (document: OpenApiDocument) => operationsOf(document).map(({ operation }) => operation.operationId)
const schemaOf = (document: OpenApiDocument, name: string) =>
  document.components.schemas?.[name] as { properties: Readonly<Record<string, Json>>; required?: readonly string[] }
const fieldsOf = (document: OpenApiDocument, name: string) => Object.keys(schemaOf(document, name).properties)

describe('what is in the document', () => {
  it('a guest finds only collections, operations and fields that exist for a guest', () => {
    const document = documentOf(anonymous)
    const ids = idsOf(document)
    expect(ids).toEqual(expect.arrayContaining(['listPosts', 'getPost', 'aggregatePosts', 'createSuggestion']))
    expect(ids.filter((id) => /Vault|Profile|Schema$|Key|PostCount/.test(id))).toEqual([])
    expect(ids).not.toContain('createPost')
    expect(ids).not.toContain('listSuggestions')
    expect(fieldsOf(document, 'Posts')).not.toEqual(expect.arrayContaining(['notes']))
    expect(fieldsOf(document, 'Users')).toEqual(['id', 'name', 'created', 'updated', 'posts', 'rev'])
    const text = JSON.stringify(document)
    for (const hidden of ['concealed', 'notes', 'price', 'vault_', 'profiles', 'editor'])
      expect(text).not.toContain(`"${hidden}"`)
  })

  it('a relation to records one may not read is an id, and nothing can be selected of it', () => {
    const guest = schemaOf(documentOf(anonymous), 'Posts').properties
    expect(guest['file']?.['description']).toBe('The id of a record of "vault".')
    expect(guest['author']?.['description']).toContain('select=author(…)')
    expect(schemaOf(documentOf(admin), 'Posts').properties['file']?.['description']).toContain('select=file(…)')
  })

  it('a field that is shown on some records only is described, and not required', () => {
    const { properties, required } = schemaOf(documentOf(user()), 'Posts')
    expect(properties['price']?.['description']).toContain('Only on records on which you may see it.')
    expect(required).not.toContain('price')
    expect(required).toContain('title')
  })

  it('what is filled in need not be given, and what cannot be written is no part of a body', () => {
    const document = documentOf(user())
    const create = schemaOf(document, 'PostsCreate')
    expect(create.required).toEqual(['title', 'slug'])
    expect(create.properties['author']?.['description']).toContain('Filled in for you')
    for (const name of ['score', 'checked', 'concealed', 'number', 'popular', 'created', 'updated'])
      expect(create.properties).not.toHaveProperty(name)
    expect(create.properties).toHaveProperty('id')
    expect(fieldsOf(document, 'PostsUpdate')).not.toContain('id')
  })

  it('changes that do not depend on what is there have members of their own', () => {
    const { properties } = schemaOf(documentOf(user()), 'PostsUpdate')
    expect(properties['views+']?.['type']).toBe('integer')
    expect(properties['price+']?.['type']).toBe('string')
    expect(properties['+tags']?.['type']).toBe('array')
    expect(properties['-tags']?.['type']).toBe('array')
    expect(properties).not.toHaveProperty('number+')
    expect(schemaOf(documentOf(user()), 'PostsCreate').properties).not.toHaveProperty('views+')
  })

  it('a role that may only hand in gets back an id', () => {
    const document = documentOf(clerk)
    expect(idsOf(document)).toContain('createSuggestion')
    expect(Object.keys(document.components.schemas ?? {})).not.toContain('Suggestions')
    expect(JSON.stringify(document.paths['/api/records/suggestions']?.post?.responses['201'])).toContain('RecordId')
    // What cannot be seen cannot be changed or deleted either, whatever else the role says.
    expect(idsOf(document).filter((id) => /^(update|delete|bulk)/.test(id))).toEqual([])
  })

  it('views are read, not written', () => {
    expect(Object.keys(documentOf(admin).paths['/api/records/post_counts'] ?? {})).toEqual(['get'])
  })

  it('only admins are told of administration', () => {
    expect(idsOf(documentOf(admin))).toEqual(expect.arrayContaining(['planSchema', 'makeKey', 'explainAccess']))
    for (const actor of [anonymous, user('editor'), clerk])
      expect(Object.keys(documentOf(actor).paths).filter((path) => /admin|schema|metrics/.test(path))).toEqual([])
  })
})

describe('names', () => {
  it('are readable', () => {
    const oneAndMany = ['posts', 'post', 'categories', 'movies', 'boxes', 'addresses', 'news', 'blog_posts', 'a_1']
    expect(oneAndMany.map((name) => Object.values(collectionNames(name)))).toEqual([
      ['Posts', 'Post', 'Posts'],
      ['Post', 'PostRecord', 'Post'],
      ['Categories', 'Category', 'Categories'],
      ['Movies', 'Movie', 'Movies'],
      ['Boxes', 'Box', 'Boxes'],
      ['Addresses', 'Address', 'Addresses'],
      ['News', 'New', 'News'],
      ['BlogPosts', 'BlogPost', 'BlogPosts'],
      ['A_1', 'A_1Record', 'A_1'],
    ])
  })

  it('of operations are unique', () => {
    const ids = idsOf(documentOf(admin))
    expect(new Set(ids).size).toBe(ids.length)
  })

  // Words that the rules treat apart, so that names which could be confused do meet.
  const words =
    'post posts record records create list dy die dys dies dyes box boxs boxe boxes class classs classes cla movie movies movy s a 1 is i'
  const word = fc.constantFrom('', ...words.split(' '))
  const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((each) => each.join('_').replace(/^[^a-z]*/, 'x'))
  const allNames = (collection: string) => {
    const { schema, one, many } = collectionNames(collection)
    const schemas = ['', 'Create', 'Update', 'Replace', 'List'].map((end) => `schema ${schema}${end}`)
    const single = ['get', 'create', 'update', 'replace', 'delete'].map((verb) => `${verb}${one}`)
    return [...schemas, ...single, ...['list', 'aggregate', 'bulkUpdate', 'bulkDelete'].map((verb) => `${verb}${many}`)]
  }

  it('of two collections are never the same', () => {
    const system = systemSchemas.map((each) => `schema ${each}`)
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b)
        const [ofA, ofB] = [allNames(a), new Set([...allNames(b), ...system])]
        expect(ofA.filter((each) => ofB.has(each))).toEqual([])
      }),
      { numRuns: 20_000 },
    )
  })

  it('of the schemas of the API itself are all known to be taken', () => {
    const own = new Set([...model.collections.keys()].map((each) => collectionNames(each).schema))
    const others = Object.keys(documentOf(admin).components.schemas ?? {}).filter(
      (each) => !own.has(each.replace(/(Create|Update|Replace|List)$/, '')),
    )
    expect(systemSchemas).toEqual(expect.arrayContaining(others))
  })
})

describe('examples', () => {
  it('of schemas fit their schemas', () => {
    const ajv = new Ajv2020({ strict: false })
    const addFormats = addFormatsModule as unknown as (ajv: Ajv2020) => void
    addFormats(ajv)
    const document = documentOf(admin)
    ajv.addSchema({ $id: 'https://example.com/api', components: document.components })
    let tried = 0
    const visit = (value: unknown, pointer: string): void => {
      if (typeof value !== 'object' || value === null) return
      if ('examples' in value && Array.isArray(value.examples)) {
        const validate = ajv.compile({ $ref: `https://example.com/api#${pointer}` })
        for (const example of value.examples)
          expect([pointer, example, validate(example)]).toEqual([pointer, example, true])
        tried += 1
      }
      for (const [key, member] of Object.entries(value))
        visit(member, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
    }
    visit(document.components.schemas, '/components/schemas')
    expect(tried).toBeGreaterThan(50)
  })

  it.each([
    ['an admin', admin],
    ['an editor', user('editor')],
    ['a guest', anonymous],
  ])('of query parameters are accepted from %s', (_, actor) => {
    const access = accessFor(model, actor)
    const checks: Readonly<Record<string, (collection: string, text: string) => unknown>> = {
      filter: (collection, text) => checkFilter(access, collection, text),
      sort: (collection, text) => parseSort(access, collection, text),
      select: (collection, text) => resolveShape(access, collection, parseSelect(text)),
      group: (collection, text) => parseGroup(access, collection, text),
      count: (collection, text) => parseAggregate(access, collection, 'count', text),
      sum: (collection, text) => parseAggregate(access, collection, 'sum', text),
      min: (collection, text) => parseAggregate(access, collection, 'min', text),
    }
    const tried = operationsOf(documentOf(actor)).flatMap(({ operation: { tags, parameters = [] } }) =>
      parameters.map((parameter) => {
        const described = /For example: `(.*)`/.exec(String(parameter['description']))?.[1]
        const [check, text] = [checks[String(parameter['name'])], parameter['example'] ?? described]
        return check && typeof text === 'string' ? check(tags[0] ?? '', text) : undefined
      }),
    )
    expect(tried.filter((each) => each !== undefined).length).toBeGreaterThan(10)
  })
})

describe('rendering', () => {
  it('is done once for callers with the same access, and again for another schema', () => {
    const render = documentRenderer({ version: '1.0.0', publicUrl: 'https://api.example.com' })
    const access = accessFor(model, anonymous)
    expect(render(access)).toBe(render(access))
    expect(JSON.parse(render(access).text).servers).toEqual([{ url: 'https://api.example.com' }])
    const next: SchemaDocument = { version: 2, roles: {}, collections: {} }
    expect(render(accessFor(buildModel(next), anonymous)).etag).not.toBe(render(access).etag)
  })

  it('of a schema with nothing in it works, too', () => {
    expect(idsOf(documentOf(anonymous, buildModel({ version: 0, roles: {}, collections: {} })))).toContain('signIn')
  })
})
