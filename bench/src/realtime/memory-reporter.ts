// Loaded into a server before its own program: says how much memory is in use when its parent asks.
process.on('message', () => {
  // Twice: what is freed by the first may let go of more.
  for (let i = 0; i < 2; i += 1) globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send?.({ used: heapUsed + external, resident: rss })
})
// It is no reason to go on.
process.channel?.unref()
// Whoever interrupts the bench must not be left with a running server.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
