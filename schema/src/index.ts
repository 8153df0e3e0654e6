export { compareSchemas, type Difference, type Sides } from './code/compare-schemas.ts'
export { completeSchema, defineSchema } from './code/define-schema.ts'
export { mergeSchemas } from './code/merge-schemas.ts'
export { isOrdered } from './code/ordered-parts.ts'
export { isOpened, printSchema } from './code/print-schema.ts'
export { type PrintStyle, printKey, printValue, usualStyle } from './code/print-value.ts'
export { isRecord, keysOf, memberOf } from './code/records.ts'
export type { CollectionInput, FieldInput, SchemaInput } from './code/schema-input.ts'
export { tidySchema } from './code/tidy-schema.ts'
export type { Change, ChangeOf, CollectionPair, FieldChangeKind, FieldPair } from './diff/change.ts'
export { checkRenames } from './diff/check-renames.ts'
export { indexKey, renameInIndex } from './diff/diff-indexes.ts'
export { diffSchemas } from './diff/diff-schemas.ts'
export { type Matching, matchCollections, matchFields } from './diff/pairs.ts'
export { fieldsOf } from './diff/same-expression.ts'
export { sameJson } from './diff/same-json.ts'
export { suggestRenames } from './diff/suggest-renames.ts'
export { builtInRoles, emptyDocument } from './document/built-in.ts'
export { claimLimits } from './document/check-claims.ts'
export { checkDocument } from './document/check-document.ts'
export { checkJson } from './document/check-json.ts'
export { documentParts } from './document/document-parts.ts'
export { documentSchema } from './document/document-schema.ts'
export { type NameKind, nameProblem } from './document/names.ts'
export type {
  Channel,
  ChannelPermission,
  Collection,
  Field,
  Index,
  Permission,
  Rename,
  Role,
  Rule,
  SchemaDocument,
} from './document/schema-document.ts'
export { errorCatalogue, errors } from './errors/errors.ts'
export { suggestion } from './errors/suggestion.ts'
export { defineErrors, type Fault, Problem, type ProblemDetails } from './errors/problem.ts'
export { ownComparison } from './expressions/check/comparison-of.ts'
export { checkExpression } from './expressions/check.ts'
export { childrenOf, someExpression } from './expressions/children.ts'
export type { Comparison, Expression, Hop, LiteralValue, ManyPath, PathRoot } from './expressions/expression.ts'
export { ExpressionError } from './expressions/expression-error.ts'
export { foldAbsentUser } from './expressions/fold-absent-user.ts'
export { defaultLimits, type ExpressionLimits } from './expressions/limits.ts'
export { midnight, parseTime, type TimeText } from './expressions/literals/time-text.ts'
export { mentionsRoot, mentionsTime, staysWithinRecord } from './expressions/mentions.ts'
export { parseExpression } from './expressions/parse.ts'
export type { Scope, ScopeField } from './expressions/scope.ts'
export type { CompareOperator, FunctionName, Quantifier, Span, Syntax } from './expressions/syntax-tree.ts'
export type { ValueType } from './expressions/value-type.ts'
export type { Column, CommonOption, FieldType } from './fields/field-type.ts'
export { sqlLiteral } from './fields/formats/sql-literal.ts'
export { type FieldTypeName, fieldType, fieldTypes } from './fields/index.ts'
export { optionsSchema } from './fields/options-schema.ts'
export * as jsonSchema from './json-schema.ts'
export type { Infer, JsonSchema } from './json-schema.ts'
export { buildModel } from './model/build-model.ts'
export { checkSchema } from './model/check-schema.ts'
export { type ChannelMatch, matchChannel } from './model/match-channel.ts'
export type {
  ChannelAction,
  ChannelModel,
  CollectionModel,
  FieldModel,
  InverseModel,
  Model,
  PermissionModel,
  RelationModel,
  RuleModel,
} from './model/model.ts'
export { type ModelScopeOptions, modelScope } from './model/model-scope.ts'
