/** A statement that is prepared once on each connection and answers one value: finished JSON text. */
export interface Statement {
  readonly name: string
  readonly text: string
}

const columns = 'id, title, body, status, views, author, owner, created, updated'

/** One statement a workload. Variants were tried against each other; these are the quickest. */
export const statements = {
  get: {
    name: 'get',
    text: 'select row_to_json(p)::text from floor.posts as p where id = $1::uuid',
  },
  list: {
    name: 'list',
    text: `
      select '{"items":' || json_agg(p)::text || '}'
      from (select ${columns} from floor.posts where status = $1 order by created desc limit 20) as p`,
  },
  expand: {
    name: 'expand',
    text: `
      select '{"items":' || json_agg(r)::text || '}'
      from (
        select p.id, p.title, p.body, p.status, p.views,
          (select row_to_json(a) from (select u.id, u.name) as a) as author,
          p.owner, p.created, p.updated
        from (select ${columns} from floor.posts where status = $1 order by created desc limit 20) as p
        left join floor.authors as u on u.id = p.author
      ) as r`,
  },
  create: {
    name: 'create',
    text: `
      insert into floor.posts as p (id, title, body, status, views, author, owner, created, updated)
      select uuidv7(), i.title, i.body, i.status, i.views, i.author, $2::uuid, now(), now()
      from json_to_record($1::json) as i(title text, body text, status text, views bigint, author uuid)
      returning row_to_json(p)::text`,
  },
  update: {
    name: 'update',
    text: 'update floor.posts as p set title = $2, updated = now() where id = $1::uuid returning row_to_json(p)::text',
  },
} as const satisfies Record<string, Statement>
