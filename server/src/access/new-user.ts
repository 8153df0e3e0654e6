/** Somebody who becomes a user. */
export interface NewUser {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  /** Fields of `users` that the schema adds, as the caller has given them. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Whether they have shown, or must show before they are made, that the address is theirs. Where left out, false. */
  readonly verified?: boolean
  /**
   * Whether an admin has chosen them and their roles, of which `admin` may be one: then they need no permission to become a
   * user, only to give fields.
   */
  readonly invited?: boolean
}
