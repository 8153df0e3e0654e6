/** What each page behind a link asks for, and does. */
export interface LinkPageAction {
  /** Below `/api/auth/`. */
  readonly action: string
  /** Which password is asked for. */
  readonly password: 'current' | 'new' | null
  /** Whether one is signed in afterwards. The browser then keeps the session, in cookies that no script reads. */
  readonly signsIn: boolean
}

export const linkPageActions = {
  '/sign-up': { action: 'sign-up/confirm', password: 'current', signsIn: true },
  '/verify-email': { action: 'verify-email', password: null, signsIn: false },
  '/magic-link': { action: 'magic-link/sign-in', password: null, signsIn: true },
  '/reset': { action: 'reset/confirm', password: 'new', signsIn: false },
  '/change-email': { action: 'email/confirm', password: null, signsIn: false },
  '/invite': { action: 'invite/accept', password: 'new', signsIn: true },
} as const satisfies Readonly<Record<string, LinkPageAction>>

/** Below `/auth`. */
export type LinkPagePath = keyof typeof linkPageActions

// Written as above.
export const linkPagePaths = Object.keys(linkPageActions) as readonly LinkPagePath[]
