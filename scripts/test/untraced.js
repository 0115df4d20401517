// Keeps node:test from following every promise of the process, which takes an eighth of the
// processor time. It does so in order to know which test an uncaught error comes from. Instead, such
// an error ends the process here, and the runner repeats each of its files alone. This module must
// be evaluated before anything imports node:test.
import hooks from 'node:async_hooks'

const { createHook } = hooks
hooks.createHook = () => ({ enable: () => undefined, disable: () => undefined })
await import('node:test')
hooks.createHook = createHook

for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error) => {
    console.error(`${event}, so this process ends:`, error)
    process.exit(1)
  })
}
