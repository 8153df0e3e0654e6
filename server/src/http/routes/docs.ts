import { existsSync } from 'node:fs'
import { type Router, routes } from '../router.ts'
import { staticFile } from '../static-file.ts'

// Sources and build lie equally deep below the package.
const own = (name: string) => (): URL => new URL(`../../../public/docs/${name}`, import.meta.url)

/** The reference's own script: beside the build, which copies it, or in its package where the sources run. */
function referenceScript(): URL {
  const copied = new URL('../../../dist/api-reference.js', import.meta.url)
  return existsSync(copied) ? copied : new URL('browser/standalone.js', import.meta.resolve('@scalar/api-reference'))
}

// The reference writes its styles into the page as it goes, hence 'unsafe-inline' for those; they cannot load anything,
// since all other sources are this origin. Scripts are our two files and nothing else.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const pageHeaders = {
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
}

/** `/docs`: the API reference, which shows `/api/openapi.json` as its reader may see it. */
export const docsRoutes = (): Router =>
  routes({
    '/': { get: staticFile(own('index.html'), 'text/html; charset=utf-8', pageHeaders) },
    '/docs.css': { get: staticFile(own('docs.css'), 'text/css; charset=utf-8') },
    '/docs.js': { get: staticFile(own('docs.js'), 'text/javascript; charset=utf-8') },
    '/api-reference.js': { get: staticFile(referenceScript, 'text/javascript; charset=utf-8') },
  })
