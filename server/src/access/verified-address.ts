/**
 * Whether a user has shown that they read the mail to their address: to the one they have now, whichever way it was
 * changed. A piece of SQL, for a statement that names `public.users` by this alias.
 */
export const isVerifiedSql = (users: 'u' | 'v'): string => `exists (
  select from plinth.verified_addresses a
  where a.user_id = ${users}.id and a.at >= ${users}.created and lower(a.email) = lower(${users}.email)
)`
