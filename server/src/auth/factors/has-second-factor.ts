/** Whether a user has a second factor. A piece of SQL, for a statement that names `public.users` `u`. */
export const hasSecondFactorSql = `exists (
  select from plinth.second_factors f where f.user_id = u.id and f.created >= u.created
)`

/**
 * Whether a session may go on, as far as factors say: one that was begun with a single factor ends when its user gets a
 * second one. For a statement that names `public.users` `u` and `plinth.sessions` `s`.
 */
export const hasShownEnoughSql = `('mfa' = any(s.amr) or not ${hasSecondFactorSql})`
