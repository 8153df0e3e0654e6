// Loaded into a server before its own code: each SIGUSR2 puts its clock five minutes forward.
const minutes = 5
let ahead = 0

globalThis.Date = new Proxy(Date, {
  get: (real, name) => (name === 'now' ? () => real.now() + ahead : Reflect.get(real, name)),
  construct: (real, given, made) => Reflect.construct(real, given.length === 0 ? [real.now() + ahead] : given, made),
})

process.on('SIGUSR2', () => {
  ahead += minutes * 60_000
  process.stdout.write(`the clock is ${ahead / 60_000} minutes fast\n`)
})
