import { describe, expect, test } from 'vitest'
import { checkExpression, foldAbsentUser, mentionsRoot, mentionsTime, staysWithinRecord } from '../../src/index.ts'
import { blogScope } from './support/blog-scope.ts'
import { showExpression } from './support/show-expression.ts'

describe('for an actor who is no user, what asks about the user never helps to grant', () => {
  test.each([
    ['author = @user.id', 'false:boolean'],
    ['author != @user.id', 'false:boolean'],
    ['!(author = @user.id)', 'false:boolean'],
    ['!!(author = @user.id)', 'false:boolean'],
    ['@user.id = null', 'false:boolean'],
    ['author not in @user.team.members', 'false:boolean'],
    ['none(comments, author = @user.id)', 'false:boolean'],
    ['all(comments, author = @user.id)', 'false:boolean'],
    ['count(@user.posts) = 0', 'false:boolean'],
    ['(author = @user.id) = false', 'false:boolean'],
    ['featured || author = @user.id', 'record.featured:boolean'],
    ['featured && author = @user.id', 'false:boolean'],
    ['@user.verified', 'false:boolean'],
    ['!@user.verified', 'false:boolean'],
    ['!(featured || author = @user.id)', 'false:boolean'],
    ['!(featured && author = @user.id)', '!record.featured:boolean'],
    ["featured || 'x' in @user.roles || author = @user.id", "(record.featured:boolean or ('x':text intext userRoles))"],
    ["'anonymous' in @user.roles", "('anonymous':text intext userRoles)"],
    ['featured', 'record.featured:boolean'],
  ])('%s', (text, tree) => {
    expect(showExpression(foldAbsentUser(checkExpression(text, blogScope)))).toBe(tree)
  })
})

describe('back ends can ask what an expression reaches', () => {
  test.each([
    ["title = 'x' && author = @user.id && changed(views)", true],
    ['@user.team = null', true],
    ["author.name = 'x'", false],
    ["@user.team.name = 'x'", false],
    ['any(tags, true)', false],
    ['count(tags) = 0', false],
    ['@user.id in tags.posts', null],
    [`'01890a5d-ac96-774b-bcce-b302099a8057' in tags`, false],
    ['summary = null', false],
    ['meta = null', true],
    ['changed(meta)', false],
  ])('%s stays within the record: %s', (text, expected) => {
    if (expected === null) expect(() => checkExpression(text, blogScope)).toThrow()
    else expect(staysWithinRecord(checkExpression(text, blogScope))).toBe(expected)
  })

  test('roots and time are found anywhere', () => {
    const expression = checkExpression('any(comments, author = @user.id) || created > @now - 1d', blogScope)
    expect(mentionsRoot(expression, 'user')).toBe(true)
    expect(mentionsRoot(expression, 'old')).toBe(false)
    expect(mentionsTime(expression)).toBe(true)
    expect(mentionsTime(checkExpression('featured', blogScope))).toBe(false)
  })
})
