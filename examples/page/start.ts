import { openPage } from './open-page.ts'

const { PLINTH_URL, PLINTH_ADMIN_EMAIL, PLINTH_ADMIN_PASSWORD } = process.env
const [name] = process.argv.slice(2)
if (name === undefined || PLINTH_ADMIN_EMAIL === undefined || PLINTH_ADMIN_PASSWORD === undefined)
  throw new Error('Set PLINTH_ADMIN_EMAIL and PLINTH_ADMIN_PASSWORD to those of an admin of your Plinth.')
const admin = { email: PLINTH_ADMIN_EMAIL, password: PLINTH_ADMIN_PASSWORD }
const { url } = await openPage({ name, plinth: PLINTH_URL ?? 'http://localhost:8090', admin, port: 5173 })
console.log(`Open ${url} in two windows.`)
