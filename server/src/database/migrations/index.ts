import { schemaVersions } from './0001-schema-versions.ts'
import { changeLog } from './0002-change-log.ts'
import { signIn } from './0003-sign-in.ts'
import { idempotency } from './0004-idempotency.ts'
import { sessions } from './0005-sessions.ts'
import { mail } from './0006-mail.ts'
import { audit } from './0007-audit.ts'
import { providers } from './0008-providers.ts'
import { secondFactors } from './0009-second-factors.ts'
import { languagesAndSweeps } from './0010-languages-and-sweeps.ts'
import { channels } from './0011-channels.ts'
import { realtime } from './0012-realtime.ts'
import { orderedIds } from './0013-ordered-ids.ts'
import { idempotencyPlaces } from './0014-idempotency-places.ts'
import { answerTooLarge } from './0015-answer-too-large.ts'
import type { Migration } from './migration.ts'

/** All system migrations, oldest first. */
export const migrations: readonly Migration[] = [
  schemaVersions,
  changeLog,
  signIn,
  idempotency,
  sessions,
  mail,
  audit,
  providers,
  secondFactors,
  languagesAndSweeps,
  channels,
  realtime,
  orderedIds,
  idempotencyPlaces,
  answerTooLarge,
]
