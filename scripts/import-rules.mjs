/**
 * What each package may import of the others; `npm` and `node` say whether its sources may use such modules.
 *
 * @type {Readonly<Record<string, { imports: readonly string[], npm: boolean, node: boolean }>>}
 */
export const packages = {
  schema: { imports: [], npm: false, node: false },
  server: { imports: ['schema'], npm: true, node: true },
  sdk: { imports: ['schema'], npm: true, node: false },
  'admin-ui': { imports: ['sdk', 'schema'], npm: true, node: false },
  cli: { imports: ['sdk', 'schema'], npm: true, node: true },
}

/**
 * What packages export besides src/index.ts, where most of their users must not load it.
 *
 * @type {readonly string[]}
 */
export const furtherDoors = ['sdk/src/react/index.ts']

/** Folders whose packages may import everything and are imported by nobody. */
export const topFolders = ['examples', 'e2e', 'bench']

/**
 * What each folder of server/src may import. A request travels down this list, and so do imports; within a level they
 * go one way. The files beside the folders (main.ts, server.ts, config.ts) wire everything: they may import every
 * folder, and no folder imports them.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const serverFolders = {
  // Routes never touch the database.
  http: ['auth', 'records', 'access', 'query', 'catalog', 'changes', 'observability'],
  realtime: ['records', 'query', 'access', 'catalog', 'changes', 'database'],
  auth: ['access', 'query', 'catalog', 'changes', 'database'],
  records: ['access', 'query', 'catalog', 'changes', 'database'],
  // The one function that makes a table reference always puts the read rule around it.
  query: ['access', 'catalog', 'changes', 'database'],
  access: ['catalog', 'changes', 'database'],
  // Applying a schema keeps the log's triggers in step with the tables.
  catalog: ['changes', 'database'],
  changes: ['database'],
  database: [],
  observability: [],
}

/**
 * Single exceptions to `serverFolders`, each with its reason.
 *
 * @type {readonly { from: string, to: string, reason: string }[]}
 */
export const allowances = []

/** Text that may stand in these files or folders of server/src alone. */
export const confinedText = [
  {
    pattern: /\.replace(All)?\(\s*(['"`]\\?"['"`]|\/\\?"\/g)/,
    // A CSV's quotes are none of SQL's.
    allowed: ['database/sql.ts', 'records/transfer/csv-cell.ts'],
    message: 'quotes an SQL identifier by hand: use quoteIdentifier of database/sql.ts',
  },
  {
    pattern: /(?<![.\w])raw\(|new Fragment\b/,
    allowed: ['query/', 'records/', 'access/', 'catalog/', 'database/'],
    message: 'puts bare text into SQL: only query, records, access, catalog and database may',
  },
]
