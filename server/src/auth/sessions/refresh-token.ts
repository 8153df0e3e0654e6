import { createHmac, randomBytes } from 'node:crypto'
import { newSecret } from '../secret.ts'

/** How a refresh token can be told from other secrets, in a log or a leaked file. */
const prefix = 'plr_'
const format = /^plr_[\w-]{43}$/

export const newRefreshToken = (): string => prefix + newSecret()

export const isRefreshToken = (text: string): boolean => format.test(text)

export const newSalt = (): string => randomBytes(32).toString('hex')

/**
 * The token that comes after another. Made from it and a salt, so that a second tab that sends the same token at the same
 * moment can be given the same successor, though the database keeps neither: one needs the token and the salt together.
 */
export const successorOf = (token: string, salt: string): string =>
  prefix + createHmac('sha256', Buffer.from(salt, 'hex')).update(token).digest('base64url')
