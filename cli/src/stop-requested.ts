/** Tells when somebody wants this process to end, by Ctrl-C or otherwise; asking twice ends it at once. */
export function stopRequested(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}
