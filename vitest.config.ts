import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { conditions: ['source', 'node'] },
  ssr: { resolve: { conditions: ['source', 'node'] } },
  test: {
    // By itself Vitest leaves one processor alone, which on two halves what is done: most tests wait for other processes.
    maxWorkers: Math.max(2, availableParallelism()),
    // For machines that have much else to do: what is waited for comes, or the test fails all the same.
    testTimeout: 30_000,
    expect: { poll: { timeout: 20_000 } },
    projects: [
      { extends: true, test: { name: 'tooling', include: ['scripts/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'schema', include: ['schema/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'sdk', include: ['sdk/test/**/*.test.ts'] } },
      { extends: true, test: { name: 'cli', include: ['cli/test/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'server',
          include: ['server/test/**/*.test.ts'],
          globalSetup: ['server/test/support/postgres.global.ts'],
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          globalSetup: ['server/test/support/postgres.global.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
})
