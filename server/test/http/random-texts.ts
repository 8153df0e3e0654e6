import fc from 'fast-check'

export type Text = fc.Arbitrary<string>

const one = (...texts: readonly string[]): Text => fc.constantFrom(...texts)
const glued = (...parts: readonly Text[]): Text => fc.tuple(...parts).map((each) => each.join(''))

/** Records come and go under these ids, so that requests meet. */
export const ids = [1, 2, 3, 4, 5, 6].map((n) => `0198c0de-7a3b-7c4d-8e5f-00000000000${n}`)
export const id: Text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...ids) },
  one(
    'x',
    '',
    '0',
    "' or 1=1 --",
    'aggregate',
    `{${ids[0]}}`,
    `urn:uuid:${ids[0]}`,
    `${ids[0]?.toUpperCase()}`,
    '..',
    '__proto__',
  ),
)

const inserted = one(
  "'",
  '"',
  ';',
  '\\',
  '(',
  ')',
  ',',
  '.',
  '\u0000',
  '\ud800',
  '%',
  '$1',
  '--',
  '/*',
  '😀',
  ' ',
  '\n',
  '@',
  '!',
  '-',
  '9',
  '0x',
  'null',
)

const fields =
  'id created updated rev title body contact site slug views stars price total score open day at status labels data code place number loud later author tags vault qqvaulted qqhidden qqlinked qqsecret name parent email roles posts qqcode qqvaults owner nonsense'
export const field: Text = fc.oneof(
  { weight: 6, arbitrary: one(...fields.split(' ')) },
  one('__proto__', 'constructor', 'Title', 'ti tle', 'xmin', 'ctid', ''),
)

const rightPaths =
  'id created updated title body contact site slug views stars price total score open day at status code number loud later author author.name tags vault'
/** `author.name`, `parent.parent.posts`, … */
export const path: Text = fc.oneof(
  { weight: 5, arbitrary: one(...rightPaths.split(' ')) },
  fc.array(field, { minLength: 1, maxLength: 4 }).map((names) => names.join('.')),
)

const numbers = one(
  '0',
  '1',
  '-1',
  '0.5',
  '7',
  '9007199254740991',
  '9007199254740993',
  '1e300',
  '-1e308',
  '1e309',
  '1e-400',
  '9'.repeat(60),
  '00',
  '.5',
  '1.',
)
const quotedTexts = one(
  "''",
  "'x'",
  "'%'",
  "'_\\\\'",
  "'it''s'",
  "'ß😀'",
  "'2026-01-31'",
  "'2026-02-30'",
  "'0001-01-01'",
  "'9999-12-31'",
  "'10000-01-01'",
  "'2026-01-31T12:00:00Z'",
  "'0001-01-01T00:00:00Z'",
  "'9999-12-31T23:59:59.999Z'",
  "'infinity'",
  "'draft'",
  "'red'",
  `'${ids[0]}'`,
  "'{}'",
  "'null'",
  '"x"',
  "'\\u0000'",
  "'",
)
const words = one(
  'true',
  'false',
  'null',
  '@now',
  '@today',
  '@user.id',
  '@user.email',
  '@user.roles',
  '@user.password',
  '@old.title',
  '[]',
  "['draft', 'published']",
  '[1, 2]',
  '[[]]',
)
const durations = one('7d', '12h', '1ms', '999999999d', '99999999999999999999d', '9007199254740991h', '0s')

/** Values, some of which fit what stands beside them. */
const value: Text = fc.oneof(
  { weight: 3, arbitrary: path },
  numbers,
  quotedTexts,
  words,
  durations,
  glued(one('lower(', 'length(', 'count(', 'changed('), path, one(')')),
  glued(one('distance(place, '), numbers, one(', '), numbers, one(')')),
  glued(path, one(' + ', ' - '), fc.oneof(numbers, durations, path)),
)

/** Comparisons of what can be compared, with values at the edges: these must be carried out. */
const comparison = (...texts: readonly Text[]): Text => {
  const either = fc.oneof(...texts, one('null'))
  return glued(either, one(' = ', ' != ', ' > ', ' >= ', ' < ', ' <= '), either)
}
const textual = fc.oneof(
  one('title', 'body', 'slug', 'contact', 'author.name'),
  one("'x'", "'%'", "'a_b'", "'ß😀'", "''"),
  one('lower(title)', 'lower(author.name)'),
)
const exactNumber = fc.oneof(
  one('views', 'stars', 'price', 'total', 'number', 'length(title)', 'count(tags)', 'count(author.posts)'),
  one('0', '-1', '0.5', '9007199254740993', '9'.repeat(60), '-9007199254740991'),
)
const anyNumber = fc.oneof(
  exactNumber,
  one(
    'score',
    '1e300',
    '-1e300',
    '5e-324',
    'distance(place, 90, 180)',
    'distance(place, -33.3, 180)',
    'distance(place, 1e300, -1e300)',
    'distance(place, views, stars)',
    'distance(place, score, total)',
  ),
)
const moment = fc.oneof(
  one('at', 'day', 'created', 'later', '@now', '@today'),
  one("'0001-01-01'", "'9999-12-31'", "'2026-01-31T12:00:00Z'", "'0001-01-01T00:00:00Z'"),
)
const stretch = one('7d', '1ms', '3652058d', '99999999d', '9007199254740991d')
const right: Text = fc.oneof(
  comparison(textual),
  comparison(exactNumber, glued(exactNumber, one(' + ', ' - '), exactNumber)),
  comparison(anyNumber, glued(one('score + ', 'score - '), anyNumber)),
  comparison(moment, glued(one('at', 'day', 'later', '@now', '@today'), one(' + ', ' - '), stretch)),
  comparison(one('status'), one("'draft'", "'published'")),
  comparison(one('id', 'author', 'code', '@user.id', ...ids.map((each) => `'${each}'`))),
  glued(textual, one(' ~ ', ' !~ '), textual),
  glued(one('title', 'slug'), one(' in ', ' not in '), one('[]', "['x']", "['x', '%', null]")),
  glued(one("'red'", "'green'"), one(' in ', ' not in '), one('labels')),
  glued(one('startsWith', 'endsWith'), one('('), textual, one(', '), textual, one(')')),
  glued(
    one(
      "search('x', title)",
      "search('a b -c', title, body)",
      "search('\\'', body)",
      "search('', title)",
      "search('& | ! ( <-> :*', title)",
    ),
  ),
  one(
    'open',
    '!loud',
    'data = null',
    'place != null',
    "any(tags, name ~ 'a')",
    'none(tags.posts, views > 1)',
    'all(author.posts, title != null)',
    'count(tags.posts.tags) > 1',
  ),
)

const condition: Text = fc.oneof(
  { weight: 14, arbitrary: right },
  {
    weight: 6,
    arbitrary: glued(
      value,
      one(' = ', ' != ', ' > ', ' >= ', ' < ', ' <= ', ' ~ ', ' !~ ', ' in ', ' not in ', ' & '),
      value,
    ),
  },
  { weight: 2, arbitrary: path },
  glued(one('startsWith(', 'endsWith('), path, one(', '), quotedTexts, one(')')),
  glued(one('search('), quotedTexts, one(', '), path, one(')')),
)

const grown: Text = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'filter' },
    condition,
    glued(one('('), tie('filter'), one(') && (', ') || ('), tie('filter'), one(')')),
    glued(one('!('), tie('filter'), one(')')),
    glued(one('any(', 'all(', 'none('), path, one(', '), tie('filter'), one(')')),
  ),
})).filter

/** Filters by the grammar, and broken ones. */
export const filter: Text = mutated(
  fc.oneof(
    { weight: 4, arbitrary: grown },
    { weight: 6, arbitrary: right },
    one('true', 'false', '', ')', '('.repeat(40)),
  ),
)

export const sort: Text = mutated(
  fc.array(glued(one('', '-', '+'), path), { maxLength: 4 }).map((keys) => keys.join(',')),
)

export const select: Text = mutated(
  fc.letrec<{ list: string }>((tie) => ({
    list: fc
      .array(
        fc.oneof(
          { maxDepth: 3, depthIdentifier: 'select' },
          fc.oneof(
            { weight: 5, arbitrary: one(...rightPaths.split(' ').filter((name) => !name.includes('.')), 'rev', '*') },
            field,
          ),
          glued(one('author', 'tags'), one('(id)', '(*;)', '(id,posts(title;limit=1;sort=-at))')),
          glued(field, one('('), tie('list'), one('', ';limit=2', ';limit=0', ';sort=-created', ';'), one(')')),
          glued(field, one('('), tie('list'), one(';filter='), condition, one(')')),
        ),
        { minLength: 1, maxLength: 4 },
      )
      .map((entries) => entries.join(',')),
  })).list,
)

export const cursor: Text = fc.oneof(
  fc
    .array(
      fc.oneof(
        quotedTexts.map((text) => text.slice(1, -1)),
        numbers,
        one('2026-01-31 12:00:00+00', 'true', ...ids),
        fc.constant(null),
      ),
      { maxLength: 4 },
    )
    .map((values) => Buffer.from(JSON.stringify(values)).toString('base64url')),
  fc.base64String(),
  fc.string(),
)

/** The same, and often with a piece taken out, put in or repeated. */
export function mutated(text: Text): Text {
  const change = fc.record({
    at: fc.nat(40),
    take: fc.nat(4),
    put: fc.oneof(fc.constant(''), inserted),
    again: fc.constantFrom(1, 1, 1, 2, 30),
  })
  return fc.oneof(
    { weight: 8, arbitrary: text },
    fc.tuple(text, change).map(([whole, { at, take, put, again }]) => {
      const start = whole.length === 0 ? 0 : at % whole.length
      return whole.slice(0, start) + put.repeat(again) + whole.slice(start + take)
    }),
  )
}
