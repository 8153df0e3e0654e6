import { hash } from '@node-rs/argon2'
import { describe, expect, test } from 'vitest'
import { isCommonPassword } from '../../src/auth/common-passwords.ts'
import { hashPassword, isOutdated } from '../../src/auth/passwords.ts'

describe('a password', () => {
  test.each([
    '1234567890',
    'qwertyuiop',
    'Password123',
    'PASSWORD2024!',
    '!!monkey2023',
    'aaaaaaaaaaaa',
    'abcabcabcabc',
    'football2026',
    'ｐａｓｓｗｏｒｄ１２３',
  ])('such as %j is one of the first that are tried', (password) => {
    expect(isCommonPassword(password)).toBe(true)
  })

  test.each(['correct horse', 'correct horse battery', 'j7#kQ!x9zLp2', 'les sanglots longs', 'monkey58392017465'])(
    'such as %j is not',
    (password) => {
      expect(isCommonPassword(password)).toBe(false)
    },
  )
})

describe('a hash', () => {
  test('of today is not outdated; one of other parameters is', async () => {
    expect(isOutdated(await hashPassword('correct horse'))).toBe(false)
    expect(isOutdated(await hash('correct horse', { memoryCost: 8_192, timeCost: 1, parallelism: 1 }))).toBe(true)
    expect(isOutdated(await hash('correct horse', { memoryCost: 19_456, timeCost: 3, parallelism: 1 }))).toBe(true)
  })
})
