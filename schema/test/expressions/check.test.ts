import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkExpression, defaultLimits, ExpressionError, type Scope } from '../../src/index.ts'
import { blogScope } from './support/blog-scope.ts'
import { errorOf } from './support/error-of.ts'
import { showExpression } from './support/show-expression.ts'

const checked = (text: string, scope: Scope = blogScope): string => showExpression(checkExpression(text, scope))
const error = (text: string, scope: Scope = blogScope): string =>
  errorOf(text, (given) => checkExpression(given, scope))
const id = '01890A5D-AC96-774B-BCCE-B302099A8057'

describe('names and types are resolved', () => {
  test.each([
    ['featured', 'record.featured:boolean'],
    ["status = 'draft'", "(record.status:choice =text 'draft':choice)"],
    ["status != 'draft'", "!(record.status:choice =text 'draft':choice)"],
    [
      "title < 'b' && featured || !featured",
      "(((record.title:text <text 'b':text) and record.featured:boolean) or !record.featured:boolean)",
    ],
    [
      'featured && featured && featured',
      '(record.featured:boolean and record.featured:boolean and record.featured:boolean)',
    ],
    ["author.team.name ~ 'ops'", "(record.posts/author>users.users/team>teams.name:text ~ 'ops':text)"],
    ["title !~ 'x'", "!(record.title:text ~ 'x':text)"],
    ['author = @user.id', '(record.author:record =id user.id:record)'],
    ['author.id = @user.id', '(record.posts/author>users.id:record =id user.id:record)'],
    [`author = '${id}'`, `(record.author:record =id '${id.toLowerCase()}':record)`],
    ['id = code', '(record.id:record =id record.code:id)'],
    ['summary.text = title', '(record.posts/summary>summaries.text:text =text record.title:text)'],
    ['summary = null', '(record.posts/summary>summaries.id:record =id null:null)'],
    ['@user.team.lead = @old.author', '(user.users/team>teams.lead:record =id old.author:record)'],
    ['null = null', '(null:null =text null:null)'],
    ['featured = (views = 1)', "(record.featured:boolean =boolean (record.views:integer =exact '1':integer))"],
    ['meta = null', '(record.meta:json =json null:null)'],
    ['labels != null', '!(record.labels:list =list null:null)'],
    ['place = @old.place', '(record.place:geopoint =geopoint old.place:geopoint)'],
  ])('%s', (text, tree) => {
    expect(checked(text)).toBe(tree)
  })
})

describe('numbers are exact, or doubles where one side is', () => {
  test.each([
    ['views >= 9007199254740993', "(record.views:integer >=exact '9007199254740993':integer)"],
    ['price = 1.50', "(record.price:decimal =exact '1.50':decimal)"],
    ['price = -0.0', "(record.price:decimal =exact '0.0':decimal)"],
    ['views = 1.5e3', "(record.views:integer =exact '1500':integer)"],
    ['price = 12.5E-3', "(record.price:decimal =exact '0.0125':decimal)"],
    ['views = 007', "(record.views:integer =exact '7':integer)"],
    ['score > 1', "(record.score:float >float '1':float)"],
    ['price > score', '(record.price:decimal >float record.score:float)'],
    [
      'views + 1 - price > 0',
      "(((record.views:integer +exact '1':integer):integer -exact record.price:decimal):decimal >exact '0':integer)",
    ],
    ['score + 1 = views', "((record.score:float +float '1':float):float =float record.views:integer)"],
    [
      'length(title) + count(tags) > 3',
      "((length(record.title:text) +exact count{record.posts/tags>tags}):integer >exact '3':integer)",
    ],
  ])('%s', (text, tree) => {
    expect(checked(text)).toBe(tree)
  })
})

describe('text next to times is read as a time', () => {
  test.each([
    ["day = '2024-02-29'", "(record.day:date =date '2024-02-29':date)"],
    ["created >= '2026-01-31'", '(record.created:datetime >=time 1769817600000:datetime)'],
    ["created = '2026-01-31T12:00:00.120+02:00'", '(record.created:datetime =time 1769853600120:datetime)'],
    ["created = '2026-01-31 10:00Z'", '(record.created:datetime =time 1769853600000:datetime)'],
    ["created > '0001-01-01T00:00:00Z'", '(record.created:datetime >time -62135596800000:datetime)'],
    ["day < '2026-01-31T00:00:00Z'", '(record.day:date <time 1769817600000:datetime)'],
    ['day = created', '(record.day:date =time record.created:datetime)'],
    ['created > @now - 1d12h', '(record.created:datetime >time (now -time 129600000:duration):datetime)'],
    ['day = @today + 2w', '(record.day:date =date (today +date 1209600000:duration):date)'],
    ['7d + day = @today', '((604800000:duration +date record.day:date):date =date today)'],
    ['day + 12h = @now', '((record.day:date +time 43200000:duration):datetime =time now)'],
    ['created - day > 30m', '((record.created:datetime -time record.day:date):duration >duration 1800000:duration)'],
    [
      "@now - '2026-01-31' < 1d + 1s",
      '((now -time 1769817600000:datetime):duration <duration (86400000:duration +time 1000:duration):duration)',
    ],
    ["'2026-01-31' + 1d = day", "(('2026-01-31':date +date 86400000:duration):date =date record.day:date)"],
  ])('%s', (text, tree) => {
    expect(checked(text)).toBe(tree)
  })
})

describe('`in` takes lists, list fields, roles and relations to many', () => {
  test.each([
    ["status in ['draft', null]", "(record.status:choice intext ['draft':choice null:null])"],
    ['views not in [1, 2.5]', "!(record.views:integer inexact ['1':integer '2.5':decimal])"],
    ['score in [1]', "(record.score:float infloat ['1':float])"],
    ['views in []', '(record.views:integer inexact [])'],
    [
      "day in ['2026-01-31', '2026-01-31T12:00:00Z']",
      "(record.day:date intime ['2026-01-31':date 1769860800000:datetime])",
    ],
    [`author in ['${id}']`, `(record.author:record inid ['${id.toLowerCase()}':record])`],
    ["'red' in labels", "('red':choice intext record.labels:list)"],
    ["'editor' in @user.roles", "('editor':text intext userRoles)"],
    ['@user.verified && !(@user.verified = false)', '(userVerified and !(userVerified =boolean false:boolean))'],
    [
      '@user.id in author.team.members',
      '(user.id:record inid record.posts/author>users.users/team>teams.members:records)',
    ],
    [`'${id}' in tags`, `('${id.toLowerCase()}':record inid record.tags:records)`],
    ['null in [null]', '(null:null intext [null:null])'],
  ])('%s', (text, tree) => {
    expect(checked(text)).toBe(tree)
  })
})

describe('functions and quantifiers', () => {
  test.each([
    [
      'any(comments, author = @user.id && !hidden)',
      'any{record.posts/comments>comments: ((record.author:record =id user.id:record) and !record.hidden:boolean)}',
    ],
    ["none(tags, name = 'x')", "!any{record.posts/tags>tags: (record.name:text =text 'x':text)}"],
    ['all(author.posts, featured)', 'all{record.posts/author>users.users/posts>posts: record.featured:boolean}'],
    [
      'count(author.team.members) > 3',
      "(count{record.posts/author>users.users/team>teams.teams/members>users} >exact '3':integer)",
    ],
    ["startsWith(lower(title), 'a')", "startsWith(lower(record.title:text) 'a':text)"],
    ['endsWith(title, status)', 'endsWith(record.title:text record.status:choice)'],
    ['changed(author)', 'changed(record.author:record old.author:record)'],
    [
      'distance(place, -52.5, 13) < 1000',
      "(distance(record.place:geopoint '-52.5':float '13':float) <float '1000':float)",
    ],
    [
      "search(' two\u3000words ', title, author.name)",
      'search(two|words record.title:text record.posts/author>users.name:text)',
    ],
  ])('%s', (text, tree) => {
    expect(checked(text)).toBe(tree)
  })
})

describe('a name that does not exist is an error with a suggestion', () => {
  test.each([
    ["stauts = 'x'", 'unknown field `stauts`, did you mean `status`? @ stauts'],
    ["author.nmae = 'x'", 'unknown field `nmae`, did you mean `name`? @ nmae'],
    ['zzz = 1', 'unknown field `zzz` @ zzz'],
    ['Title = title', 'unknown field `Title`, did you mean `title`? @ Title'],
    ['status = draft', "unknown field `draft`; text needs quotes: 'draft' @ draft"],
    ["status = 'drfat'", "there is no choice 'drfat', did you mean 'draft'? @ 'drfat'"],
    ["status = 'x'", "there is no choice 'x'; there are: 'draft', 'published' @ 'x'"],
    ["'rde' in labels", "there is no choice 'rde', did you mean 'red'? @ 'rde'"],
    ['@usr.id = author', 'unknown `@usr`, did you mean `@user`? @ @usr'],
    ['@request.auth = author', 'unknown `@request`, did you mean `@user`? @ @request'],
    ['@user.verifed', 'unknown field `verifed`, did you mean `verified`? @ verifed'],
    ['author.verified', 'unknown field `verified` @ verified'],
    ['@user.team.verified', 'unknown field `verified` @ verified'],
    [
      "@user.verified = 'yes'",
      "cannot compare `@user.verified` (true or false) with `'yes'` (text); true and false stand without quotes @ @user.verified = 'yes'",
    ],
    ['author = @user', 'say what of the user, for example `@user.id` @ @user'],
    ['startswith(title, title)', 'unknown function `startswith`, did you mean `startsWith`? @ startswith'],
    ['constructor(title)', 'unknown function `constructor` @ constructor'],
    ['constructor = __proto__', 'unknown field `constructor` @ constructor'],
    ['@now.year = 2026', '`@now` is a time and has no fields @ year'],
    ['title.length = 1', '`title` is text, so nothing can follow it after a `.` @ title'],
    ["author.id.name = 'x'", '`id` is an id, so nothing can follow it after a `.` @ id'],
    ["tags.name = 'x'", '`tags` reaches many records: write any(tags, …) with a condition about one of them @ tags'],
  ])('%s', (text, message) => {
    expect(error(text)).toBe(message)
  })
})

describe('types that do not fit are an error when the expression is checked', () => {
  test.each([
    ['views', '`views` is a whole number, not a condition; compare it with something @ views'],
    ['null', '`null` is null, not a condition; compare it with something @ null'],
    ['featured && tags', '`tags` is many records, not a condition; write any(tags, …) @ tags'],
    [
      "views = '5'",
      "cannot compare `views` (a whole number) with `'5'` (text); numbers stand without quotes @ views = '5'",
    ],
    ['title = 5', 'cannot compare `title` (text) with `5` (a whole number); text needs quotes @ title = 5'],
    [
      "featured = 'true'",
      "cannot compare `featured` (true or false) with `'true'` (text); true and false stand without quotes @ featured = 'true'",
    ],
    ['author = id', 'cannot compare `author` (a record of users) with `id` (a record of posts) @ author = id'],
    [
      'tags = null',
      'cannot compare `tags` (many records of tags) with `null` (null); for many records use any(…), all(…), count(…) or `in` @ tags = null',
    ],
    [
      "labels = 'red'",
      "cannot compare `labels` (a list) with `'red'` (text); for lists use `in`: 'value' in field @ labels = 'red'",
    ],
    ["meta = 'x'", "cannot compare `meta` (JSON) with `'x'` (text); JSON can be compared with null only @ meta = 'x'"],
    ['featured > false', '`>` has no meaning for true or false; use `=` or `!=` @ featured > false'],
    ['author > @user.id', '`>` has no meaning for a record of users; use `=` or `!=` @ author > @user.id'],
    ['place <= null', '`<=` has no meaning for a place; use `=` or `!=` @ place <= null'],
    ["author = 'me'", "'me' is not an id, and this is compared with a record of users @ 'me'"],
    ["day = '2023-02-29'", "there is no day '2023-02-29' in the calendar @ '2023-02-29'"],
    ["day = '0000-01-01'", "there is no day '0000-01-01' in the calendar @ '0000-01-01'"],
    ["day = 'tomorrow'", "'tomorrow' is not a time; write '2026-01-31' or '2026-01-31T12:00:00Z' @ 'tomorrow'"],
    [
      "created > '2026-01-31T12:00'",
      "a time of day needs its time zone: end with Z for UTC, or with an offset such as +02:00 @ '2026-01-31T12:00'",
    ],
    [
      "created > '2026-01-31T12:00 02:00'",
      "the offset has lost its sign: a `+` in a URL must be written %2B @ '2026-01-31T12:00 02:00'",
    ],
    ["created > '2026-01-31T24:00Z'", "'2026-01-31T24:00Z' has no such time of day @ '2026-01-31T24:00Z'"],
    ["created > '0001-01-01T00:00+01:00'", "times lie within the years 1 to 9999 (UTC) @ '0001-01-01T00:00+01:00'"],
    [
      "created > '2026-01-31T12:00:00.1234Z'",
      "times are exact to milliseconds: three digits after the point @ '2026-01-31T12:00:00.1234Z'",
    ],
    ["created - day > '1h'", "a duration stands without quotes, such as 7d or 1d12h @ '1h'"],
    ['created > 365251d', 'durations are at most 1,000 years (365250d) long @ 365251d'],
    ['score > 1e301', 'next to floating-point numbers, numbers lie within ±1e300 (and not below 1e-300) @ 1e301'],
    ['score in [1e-301]', 'next to floating-point numbers, numbers lie within ±1e300 (and not below 1e-300) @ 1e-301'],
    ['price = 1e1000', 'numbers have at most 1,000 digits @ 1e1000'],
    ['price = 1e999999999999', 'numbers have at most 1,000 digits @ 1e999999999999'],
    ["views ~ '5'", '`~` (contains) needs text, and `views` (a whole number) is none @ views'],
    ["labels ~ 'red'", "`~` (contains) needs text, and `labels` (a list) is none; write 'value' in labels @ labels"],
    [
      "status in 'draft'",
      "after `in` comes a list such as ['a', 'b'], a list field or a relation to many; `'draft'` (text) is none @ 'draft'",
    ],
    ['title in [views]', 'a list holds plain values; join comparisons with `||` instead @ views'],
    ['title in [1]', 'cannot compare `title` (text) with `1` (a whole number) @ 1'],
    ['place in []', '`place` (a place) cannot stand before `in` @ place'],
    ['views in labels', '`views` (a whole number) cannot be in `labels` (a list), which holds a choice @ views'],
    [
      'author in tags',
      '`author` (a record of users) cannot be in `tags` (many records of tags), which holds a record of tags @ author',
    ],
    [
      'any(tags, posts = null)',
      'cannot compare `posts` (many records of posts) with `null` (null); for many records use any(…), all(…), count(…) or `in` @ posts = null',
    ],
    ['[1] = 1', 'a list stands only after `in` and `not in` @ [1]'],
    [
      "title + 'x' = title",
      "cannot add `title` (text) and `'x'` (text): `+` and `-` are for numbers, and for times and durations @ title + 'x'",
    ],
    [
      '1d - @now = 1d',
      'cannot subtract `1d` (a duration) and `@now` (a date and time): `+` and `-` are for numbers, and for times and durations @ 1d - @now',
    ],
    [
      'views + null = 1',
      'cannot add `views` (a whole number) and `null` (null): `+` and `-` are for numbers, and for times and durations @ views + null',
    ],
    [
      'created + (created - day) > @now',
      'the difference of two times can be compared, not added to a time @ created - day',
    ],
    [
      '@now + 1d + 1d + 1d + 1d + 1d > created',
      'at most 4 additions and subtractions can follow each other here @ @now + 1d + 1d + 1d + 1d + 1d',
    ],
    [
      '@now + (1d + 1d + 1d) + (1d + 1d) > created',
      'at most 4 additions and subtractions can follow each other here @ @now + (1d + 1d + 1d) + (1d + 1d)',
    ],
    ['lower(views) = title', '`lower` needs text, and `views` (a whole number) is none @ views'],
    ['length(title, title) = 1', 'write length(text) @ length(title, title)'],
    ['any(tags)', 'write any(relation, condition) @ any(tags)'],
    ['any(author, true)', '`author` reaches one record only: write its fields after a `.` @ author'],
    ['any(title, true)', '`title` is text, not a relation to many records @ title'],
    ['any(tags, name)', '`name` is text, not a condition; compare it with something @ name'],
    ['any(tags, title = name)', 'unknown field `title` @ title'],
    ['any(tags, @old.title = name)', '`@old` cannot stand inside any, all or none @ @old'],
    ['count(1) = 1', 'the first argument is a relation to many records @ 1'],
    ['changed(tags)', '`changed` is for single values, not for relations to many records @ tags'],
    ['changed(author.name)', 'write changed(field), with a field of this record @ changed(author.name)'],
    ['changed(summary)', '`changed` is for fields of this record, and this relation belongs to another @ summary'],
    ['distance(title, 1, 1) < 1', 'distance starts at a place, and `title` (text) is none @ title'],
    ['distance(place, 90.1, 0) < 1', 'the latitude is a number from -90 to 90 @ 90.1'],
    ['distance(place, 0, score) < 1', 'the longitude is a number from -180 to 180 @ score'],
    ["search('x')", "write search('words', field, …) with one field at least @ search('x')"],
    ["search(' ', title)", "search takes 1 to 20 words @ ' '"],
    ["search('x', views)", 'search needs text, and `views` (a whole number) is none @ views'],
  ])('%s', (text, message) => {
    expect(error(text)).toBe(message)
  })
})

describe('paths take four steps through relations at most, quantifiers included', () => {
  test.each([
    ['author.team.lead.team.name = title', true],
    ['author.team.lead.team.lead.name = title', false],
    ['any(tags, any(posts, author.team.name = title))', true],
    ['any(tags, any(posts, author.team.lead.name = title))', false],
    ['any(tags, any(posts, any(tags, any(posts, featured))))', true],
    ['any(tags, any(posts, any(tags, any(posts, author.name = title))))', false],
    ['any(tags, any(posts, any(tags, count(posts) > 1)))', true],
    ['any(tags, any(posts, any(tags, any(posts, count(tags) > 1))))', false],
    ['any(tags, any(posts, any(tags, any(posts, @user.team.lead.name = title))))', true],
  ])('%s: %s', (text, allowed) => {
    if (allowed) expect(checked(text)).toBeTruthy()
    else expect(error(text)).toMatch(/^at most 4 steps through relations are allowed @ /)
  })

  test('the limit can be set', () => {
    const limits = { ...defaultLimits, hops: 0 }
    expect(() => checkExpression('author.name = title', blogScope, undefined, limits)).toThrow('at most 0 steps')
    expect(checkExpression('author = @user.id', blogScope, undefined, limits).kind).toBe('compare')
  })
})

describe('what a scope does not offer cannot be named', () => {
  test('without @old there is neither @old nor changed', () => {
    const scope = { ...blogScope, old: false }
    expect(error('@old.title = title', scope)).toBe('`@old` means something in update rules only @ @old')
    expect(error('changed(title)', scope)).toBe('`changed` means something in update rules only @ changed')
  })

  test('without a user there is no @user', () => {
    const scope = { ...blogScope, user: false }
    expect(error('author = @user.id', scope)).toBe('`@user` is not available here @ @user')
    expect(error("'x' in @user.roles", scope)).toBe('`@user` is not available here @ @user')
  })

  test('without a record there are no fields', () => {
    const scope = { ...blogScope, record: null }
    expect(error('title = 1', scope)).toMatch(/^there is no record here/)
    expect(checked("'editor' in @user.roles", scope)).toBe("('editor':text intext userRoles)")
  })

  test('a hidden field answers exactly as a missing one, and is never suggested', () => {
    const hide = (name: string): Scope => ({
      ...blogScope,
      lookup: (collection, field) => (field === name ? undefined : blogScope.lookup(collection, field)),
      names: (collection) => blogScope.names(collection).filter((field) => field !== name),
    })
    const missing = error('xiews = 1', hide('views'))
    expect(error('views = 1', hide('views'))).toBe(missing.replaceAll('xiews', 'views'))
    expect(missing).toBe('unknown field `xiews` @ xiews')
  })

  test('one knows the own id even where users cannot be seen', () => {
    const scope: Scope = {
      ...blogScope,
      lookup: (collection, name) => (collection === 'users' ? undefined : blogScope.lookup(collection, name)),
    }
    expect(checked('author = @user.id', scope)).toBe('(record.author:record =id user.id:record)')
    expect(error('author.id = @user.id', scope)).toMatch(/^unknown field `id`/)
  })
})

test('a sum of a hundred numbers is allowed, a longer one is not, and neither is a deep one', () => {
  const sum = (count: number) => `${Array(count).fill('1').join('+')}=1`
  expect(checked(sum(101))).toBeTruthy()
  expect(error(sum(102))).toMatch(/^at most 100 additions/)
  expect(error(sum(1900))).toMatch(/^at most 100 additions/)
})

test('a condition of many parts is checked as one chain', () => {
  const chain = checkExpression(Array(700).fill('1=1').join('||'), blogScope)
  expect(chain.kind === 'or' && chain.items.length).toBe(700)
})

test('for any mixture of words of the language, the checker throws nothing but an ExpressionError within the text', () => {
  const words = [
    'title',
    'status',
    'views',
    'price',
    'score',
    'featured',
    'day',
    'labels',
    'meta',
    'place',
    'author',
    'tags',
  ]
  const more = [
    'comments',
    'summary',
    'created',
    'name',
    '.',
    '.',
    '@user.id',
    '@user',
    '@old',
    '@now',
    '@today',
    'null',
    'true',
  ]
  const rest = [
    "'draft'",
    "'2026-01-31'",
    '1',
    '-2.5',
    '1e400',
    '7d',
    '(',
    ')',
    '[',
    ']',
    ',',
    '=',
    '!=',
    '<',
    '>=',
    '~',
    'in',
    'not',
  ]
  const calls = ['any(', 'all(', 'count(', 'lower(', 'changed(', 'distance(', 'search(', '&&', '||', '!', '+', '-']
  const soup = fc
    .array(fc.constantFrom(...words, ...more, ...rest, ...calls), { maxLength: 12 })
    .map((parts) => parts.join(' '))
  const joined = fc.tuple(
    fc.constantFrom(...words, ...more, ...rest),
    fc.constantFrom('=', '<', '+', '-', 'in', '~', '.', '&&'),
    soup,
  )
  const texts = fc.oneof(
    soup,
    joined.map((parts) => parts.join(' ')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      try {
        checkExpression(text, blogScope)
      } catch (thrown) {
        if (!(thrown instanceof ExpressionError)) throw thrown
        const { start, end } = thrown.span
        expect(start >= 0 && start <= end && end <= text.length).toBe(true)
      }
    }),
    { numRuns: 10_000 },
  )
})
