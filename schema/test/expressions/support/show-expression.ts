import type { Expression, ManyPath } from '../../../src/index.ts'

/** A checked tree on one line, with everything in it that a back end reads. */
export function showExpression(expression: Expression): string {
  const show = showExpression
  switch (expression.kind) {
    case 'literal':
      return `${typeof expression.value === 'string' ? `'${expression.value}'` : expression.value}:${expression.type.kind}`
    case 'list':
      return `[${expression.items.map(show).join(' ')}]`
    case 'path':
      return `${[expression.root, ...expression.hops.map(({ collection, field, to }) => `${collection}/${field}>${to}`), expression.field].join('.')}:${expression.type.kind}`
    case 'now':
    case 'today':
    case 'userRoles':
    case 'userVerified':
      return expression.kind
    case 'compare':
      return `(${show(expression.left)} ${expression.operator}${expression.as} ${show(expression.right)})`
    case 'in':
      return `(${show(expression.left)} in${expression.as} ${show(expression.right)})`
    case 'contains':
      return `(${show(expression.left)} ~ ${show(expression.right)})`
    case 'and':
    case 'or':
      return `(${expression.items.map(show).join(` ${expression.kind} `)})`
    case 'not':
      return `!${show(expression.of)}`
    case 'arithmetic':
      return `(${show(expression.left)} ${expression.operator}${expression.as} ${show(expression.right)}):${expression.type.kind}`
    case 'quantifier':
      return `${expression.quantifier}{${showMany(expression.over)}: ${show(expression.where)}}`
    case 'count':
      return `count{${showMany(expression.over)}}`
    case 'lower':
    case 'length':
      return `${expression.kind}(${show(expression.of)})`
    case 'startsWith':
    case 'endsWith':
      return `${expression.kind}(${show(expression.of)} ${show(expression.with)})`
    case 'changed':
      return `changed(${show(expression.of)} ${show(expression.was)})`
    case 'distance':
      return `distance(${[expression.of, expression.latitude, expression.longitude].map(show).join(' ')})`
    case 'search':
      return `search(${expression.words.join('|')} ${expression.fields.map(show).join(' ')})`
  }
}

const showMany = ({ root, hops, collection, field, to }: ManyPath): string =>
  [root, ...hops.map((hop) => `${hop.collection}/${hop.field}>${hop.to}`), `${collection}/${field}>${to}`].join('.')
