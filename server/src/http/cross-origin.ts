import cors from 'cors'
import type { HttpRequest, HttpResponse } from './http-request.ts'

type Middleware = (req: HttpRequest, res: HttpResponse, next: () => void) => void

/** Lets pages of other origins call; with cookies only where they are listed one by one. Null where none may. */
export function crossOrigin(origins: readonly string[]): Middleware | null {
  if (origins.length === 0) return null
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    credentials: !origins.includes('*'),
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-Id',
      'Idempotency-Replayed',
    ],
    maxAge: 600,
  })
}
