export { type Config, readConfig } from './config.ts'
export { CannotStart } from './database/cannot-start.ts'
export { createLog } from './observability/log.ts'
export { type RunningServer, startServer } from './server.ts'
