import type { AskApi, Claims } from './provider.ts'

/**
 * The address that GitHub itself writes to, and whether its owner has confirmed it. What a profile shows is not asked:
 * https://docs.github.com/rest/users/emails
 */
export async function readGitHubProfile(ask: AskApi): Promise<Claims> {
  const user = objectOf(await ask('https://api.github.com/user'))
  const emails: unknown = await ask('https://api.github.com/user/emails')
  const primary = (Array.isArray(emails) ? emails : []).map(objectOf).find((each) => each.primary === true)
  return {
    // Numbers stay with an account whatever it is renamed to; names are given to others.
    sub: typeof user.id === 'number' ? String(user.id) : undefined,
    name: user.name ?? user.login,
    email: primary?.email,
    email_verified: primary?.verified === true,
  }
}

/** https://discord.com/developers/docs/resources/user */
export async function readDiscordProfile(ask: AskApi): Promise<Claims> {
  const user = objectOf(await ask('https://discord.com/api/users/@me'))
  return {
    sub: user.id,
    name: user.global_name ?? user.username,
    email: user.email,
    email_verified: user.verified === true,
  }
}

const objectOf = (value: unknown): Claims => (typeof value === 'object' && value !== null ? { ...value } : {})
