import { hash, randomBytes } from 'node:crypto'

/** 256 random bits: too many to guess, so a plain hash is enough to keep it by. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** As the database keeps a secret: `\x…`, the way PostgreSQL reads bytes. */
export const secretHash = (secret: string): string => `\\x${hash('sha256', secret, 'hex')}`
