import { createHash } from 'node:crypto'
import helmet from 'helmet'
import type { Handler } from '../http-request.ts'

export interface PageParts {
  /** Default: English. */
  readonly language?: string
  readonly title: string
  readonly style: string
  readonly script: string
  readonly body: string
  /** 200 where it is left out. */
  readonly status?: number
}

/** Answers a self-contained page, whose own style and script are all that its policy lets run. */
export function page({ language = 'en', title, style, script, body, status = 200 }: PageParts): Handler {
  const text = `<!doctype html>
<html lang="${language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${title}</title>
  <style>${style}</style>
</head>
<body>${body}
  <script>${script}</script>
</body>
</html>
`
  const protect = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: [hashSource(script)],
        styleSrc: [hashSource(style)],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    // Whether this host is reached by https alone is for the proxy in front to know.
    strictTransportSecurity: false,
  })
  return (req, res) =>
    protect(req, res, () => {
      res.writeHead(status, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Length': Buffer.byteLength(text),
        'Cache-Control': 'no-store',
        'X-Request-Id': req.requestId,
      })
      res.end(text)
    })
}

const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
