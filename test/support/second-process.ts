// The second of a house's two processes: the whole product, told by its parent when to move the clock.
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { hearingLog } from './ends-clean.ts'
import { answerHeard } from './heard.ts'
import { openJumping } from './jumping.ts'

const [, , settings = '{}', withoutCron = 'false', clock = '{}'] = process.argv
const { everyMs, jumpedMs } = JSON.parse(clock) as { everyMs?: number; jumpedMs?: number }
const config = readConfig(JSON.parse(settings) as Record<string, string>, {})
const log = hearingLog((logged) => process.send?.({ logged }))
const jumping = openJumping(jumpedMs)
const app = await openApp(config, {
  log,
  withoutCron: withoutCron === 'true',
  wrapStore: jumping.wrapStore,
  ...(everyMs !== undefined && { clockEveryMs: everyMs }),
})
answerHeard(app.ports.bus, config.DATABASE_URL)
process.on('message', ({ advanceTo, jumpTo }: { advanceTo?: number; jumpTo?: number }) => {
  if (jumpTo !== undefined) jumping.jumpTo(jumpTo)
  if (advanceTo === undefined) return
  void app.advanceTo(advanceTo).then(() => process.send?.({ advancedTo: advanceTo }))
})
const end = () => {
  void app.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('disconnect', end)
process.send?.({ url: await app.listen() })
