/** Words that other languages have between two values, each with its operator here. */
export const operatorWords: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['is', '='],
  ['eq', '='],
  ['equals', '='],
  ['ne', '!='],
  ['neq', '!='],
  ['gt', '>'],
  ['gte', '>='],
  ['ge', '>='],
  ['lt', '<'],
  ['lte', '<='],
  ['le', '<='],
  ['like', '~'],
  ['ilike', '~'],
  ['contains', '~'],
  ['includes', '~'],
  ['matches', '~'],
])

/** Words that other languages have for a value, each with its spelling here. */
export const valueWords: ReadonlyMap<string, string> = new Map([
  ['TRUE', 'true'],
  ['True', 'true'],
  ['FALSE', 'false'],
  ['False', 'false'],
  ['NULL', 'null'],
  ['Null', 'null'],
  ['None', 'null'],
])

/** What people from other systems write after `@`, each with its spelling here. */
export const rootWords: ReadonlyMap<string, string> = new Map([
  ['me', 'user'],
  ['auth', 'user'],
  ['request', 'user'],
  ['actor', 'user'],
  ['current_user', 'user'],
  ['before', 'old'],
  ['previous', 'old'],
  ['date', 'today'],
  ['time', 'now'],
  ['room', 'channel'],
  ['topic', 'channel'],
  ['params', 'channel'],
])
