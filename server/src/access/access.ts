import { type CollectionModel, type Expression, foldAbsentUser, type Model, type RuleModel } from '@plinth/schema'
import { type Actor, isAdmin } from './actor.ts'
import { expandRoles } from './expand-roles.ts'
import { anyRule, everyRule } from './rule.ts'

export type WriteAction = 'create' | 'update' | 'delete'

/** What one role allows for one write action. A write is allowed if one grant as a whole allows it. */
export interface Grant {
  readonly role: string
  readonly rule: true | Expression
  /** Fields the caller may give a value under this grant. */
  readonly writable: ReadonlySet<string>
  readonly writeIf: ReadonlyMap<string, RuleModel>
  /** Fields that exist for this role on some records only: where they do not, they cannot be written either. */
  readonly readIf: ReadonlyMap<string, RuleModel>
  /** Values this grant insists on when a record is created. */
  readonly set: ReadonlyMap<string, Expression>
}

/** What an actor may do with one collection, with all its roles put together. */
export interface CollectionAccess {
  readonly collection: CollectionModel
  readonly read: RuleModel
  /** Visible fields: always (`true`), or on the records for which the expression holds. Others do not exist for the actor. */
  readonly visible: ReadonlyMap<string, true | Expression>
  grants(action: WriteAction): readonly Grant[]
}

/** What an actor may do. Equal `key`s mean equal answers, so plans are kept by it. */
export interface Access {
  readonly key: string
  readonly admin: boolean
  /** Whether a user asks: what needs one is false without. */
  readonly hasUser: boolean
  readonly model: Model
  collection(name: string): CollectionAccess | undefined
}

/**
 * Works out what a set of roles may do under a model. Nothing here knows which user asks, only whether there is one: rules
 * that need a user are false without one.
 */
export function accessFor(model: Model, actor: Actor): Access {
  const roles = expandRoles(model, actor.roles)
  const hasUser = actor.userId !== null
  const admin = isAdmin(actor)
  const collections = new Map<string, CollectionAccess>()
  return {
    key: accessKey(actor),
    admin,
    hasUser,
    model,
    collection(name) {
      const known = collections.get(name)
      if (known) return known
      const collection = model.collections.get(name)
      if (!collection) return undefined
      const access = admin ? adminAccess(collection) : roleAccess(collection, model, roles, hasUser)
      collections.set(name, access)
      return access
    },
  }
}

/** What actors with the same answer from `accessFor` have in common. */
export const accessKey = (actor: Actor): string =>
  `${actor.userId === null ? '' : '@'}${isAdmin(actor) ? '*' : actor.roles.toSorted().join(' ')}`

function adminAccess(collection: CollectionModel): CollectionAccess {
  const writable = new Set(writableFields(collection).map((field) => field.name))
  const grant: Grant = { role: 'admin', rule: true, writable, writeIf: new Map(), readIf: new Map(), set: new Map() }
  const visible = new Map([...collection.fields.keys()].map((name) => [name, true as const]))
  return { collection, read: true, visible, grants: () => (collection.kind === 'view' ? [] : [grant]) }
}

/** Fields that hold a value of their own. Times of creation and change are the server's; the id may be the caller's. */
const writableFields = (collection: CollectionModel) =>
  [...collection.fields.values()].filter(
    (field) => field.name !== 'created' && field.name !== 'updated' && field.column?.filledBy === undefined,
  )

function roleAccess(
  collection: CollectionModel,
  model: Model,
  roles: readonly string[],
  hasUser: boolean,
): CollectionAccess {
  const settled = settleFor(hasUser)
  const readRules = roles.map((role) => settled(collection.permissions.get(role)?.read ?? false))
  const read = anyRule(readRules)
  const leads = (to: string): boolean =>
    to === 'users' ||
    anyRule(roles.map((role) => settled(model.collections.get(to)?.permissions.get(role)?.read ?? false))) !== false
  const actions = new Map<WriteAction, readonly Grant[]>()
  return {
    collection,
    read,
    visible: read === false ? new Map() : visibleFields(collection, model, roles, settled, read),
    grants(action) {
      const known = actions.get(action)
      if (known) return known
      const grants =
        collection.kind === 'view' ? [] : roles.flatMap((role) => grantOf(collection, role, action, settled, leads))
      actions.set(action, grants)
      return grants
    },
  }
}

/** Rules as they stand for actors with a user, or without. */
export const settleFor = (hasUser: boolean): ((rule: RuleModel) => RuleModel) =>
  hasUser ? (rule) => rule : settleWithoutUser()

/** Rules as they stand for actors without a user. The same rule gives the same object, so that results can be compared. */
function settleWithoutUser(): (rule: RuleModel) => RuleModel {
  const settled = new Map<RuleModel, RuleModel>()
  return (rule) => {
    if (typeof rule === 'boolean') return rule
    const folded = settled.get(rule) ?? simplify(foldAbsentUser(rule))
    settled.set(rule, folded)
    return folded
  }
}

const simplify = (rule: Expression): RuleModel => (rule.kind === 'literal' ? rule.value === true : rule)

/**
 * Permission by permission: a record that one role grants shows the fields that role shows. A role that states `readIf`
 * but no `read` shows those fields on the records it inherits.
 */
function visibleFields(
  collection: CollectionModel,
  model: Model,
  roles: readonly string[],
  settled: (rule: RuleModel) => RuleModel,
  read: RuleModel,
): ReadonlyMap<string, true | Expression> {
  const visible = new Map<string, true | Expression>()
  for (const field of collection.fields.values()) {
    if (field.declared.hidden === true) continue
    const shownBy = roles.map((role) => shownRecords(collection, model, role, field.name, settled))
    // Where all that is readable shows the field, there is nothing to test record by record.
    const shown = shownBy.every(
      (each, i) => each === settled(collection.permissions.get(roles[i] ?? '')?.read ?? false),
    )
    const rule = shown ? true : anyRule(shownBy)
    if (rule !== false && read !== false) visible.set(field.name, rule)
  }
  return visible
}

/** The records on which one role shows one field. */
function shownRecords(
  collection: CollectionModel,
  model: Model,
  role: string,
  field: string,
  settled: (rule: RuleModel) => RuleModel,
): RuleModel {
  const permission = collection.permissions.get(role)
  if (!permission || permission.hide.has(field)) return false
  const condition = permission.readIf.get(field)
  if (condition === undefined) return settled(permission.read ?? false)
  const inherited = expandRoles(model, [role]).map((each) => settled(collection.permissions.get(each)?.read ?? false))
  const rows = permission.read === undefined ? anyRule(inherited) : settled(permission.read)
  return everyRule([rows, settled(condition)])
}

function grantOf(
  collection: CollectionModel,
  role: string,
  action: WriteAction,
  settled: (rule: RuleModel) => RuleModel,
  leads: (to: string) => boolean,
): readonly Grant[] {
  const permission = collection.permissions.get(role)
  const rule = permission ? settled(permission[action]) : false
  if (!permission || rule === false) return []
  const writable = writableFields(collection).filter(
    (field) =>
      field.declared.readonly !== true &&
      field.declared.hidden !== true &&
      !permission.hide.has(field.name) &&
      // A relation to many does not exist for who may read nothing of what it leads to (users may still link themselves).
      !(field.relation?.many === true && !leads(field.relation.to)),
  )
  return [
    {
      role,
      rule,
      writable: new Set(writable.map((field) => field.name)),
      writeIf: settledRules(permission.writeIf, settled),
      readIf: settledRules(permission.readIf, settled),
      set: permission.set,
    },
  ]
}

const settledRules = (
  rules: ReadonlyMap<string, Expression>,
  settled: (rule: RuleModel) => RuleModel,
): ReadonlyMap<string, RuleModel> => new Map([...rules].map(([name, rule]) => [name, settled(rule)]))
