import { accountId } from './account-id.ts'
import type { Api } from './api.ts'
import type { Row } from './columns.ts'
import type { Records } from './read-records.ts'
import { readRows } from './read-rows.ts'

/** People anyone may sign in as to look around. */
export const demoAccounts = [
  { email: 'luisg@embraer.com.br', who: 'a customer' },
  { email: 'jane@chinookcorp.com', who: 'a support agent' },
  { email: 'nancy@chinookcorp.com', who: 'the sales manager' },
] as const

export const demoPassword = 'chinook-demo'

/** A user for each employee and each customer with the role that their position needs. */
export async function readAccounts(): Promise<Records> {
  const [employees, customers] = await Promise.all([readRows('Employee'), readRows('Customer')])
  const accounts = [
    ...employees.map((row) => accountOf(row, rolesOf(String(row['Title'])))),
    ...customers.map((row) => accountOf(row, ['customer'])),
  ]
  return { collection: 'users', records: accounts.flat() }
}

/** Without a password nobody can sign in, so only these few accounts are open. */
export async function setDemoPasswords(api: Api): Promise<void> {
  for (const { email } of demoAccounts) {
    await api.send('PUT', `/api/admin/users/${accountId(email)}/password`, { password: demoPassword })
  }
}

function accountOf(row: Row, roles: readonly string[]): Records['records'] {
  const email = String(row['Email'])
  const id = accountId(email)
  return id === null ? [] : [{ id, body: { email, roles } }]
}

const rolesOf = (title: string): readonly string[] => {
  if (title === 'Sales Support Agent') return ['support']
  return title === 'General Manager' || title === 'Sales Manager' ? ['manager'] : []
}
