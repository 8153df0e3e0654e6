import { mailLanguage } from '../auth/mail/templates/stored-templates.ts'
import type { HttpRequest } from './http-request.ts'

/** The language that the browser asks for first. */
export const languageOf = (req: HttpRequest): string => mailLanguage(req.headers['accept-language'])
