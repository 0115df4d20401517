// The second of a house's two processes: the whole product, told by its parent when to move the clock.
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { watchDoors } from './doors.ts'
import { hearingLog, type Said } from './ends-clean.ts'
import { answerHeard } from './heard.ts'
import { openJumping } from './jumping.ts'

const [, , settings = '{}', withoutCron = 'false', clock = '{}'] = process.argv
const { everyMs, jumpedMs } = JSON.parse(clock) as { everyMs?: number; jumpedMs?: number }
const config = readConfig(JSON.parse(settings) as Record<string, string>, {})
const say = (said: Said) => process.send?.({ said })
const log = hearingLog(say)
const doors = watchDoors(say)
const jumping = openJumping(jumpedMs)
const app = await openApp(config, {
  log,
  withoutCron: withoutCron === 'true',
  wrapStore: jumping.wrapStore,
  ...(everyMs !== undefined && { clockEveryMs: everyMs }),
})
answerHeard(app.ports.bus, config.DATABASE_URL)
type Asked = { advanceTo?: number; jumpTo?: number; askAllSaid?: true }
process.on('message', ({ advanceTo, jumpTo, askAllSaid }: Asked) => {
  if (askAllSaid) process.send?.({ allSaid: true })
  if (jumpTo !== undefined) jumping.jumpTo(jumpTo)
  if (advanceTo === undefined) return
  void app.advanceTo(advanceTo).then(() => process.send?.({ advancedTo: advanceTo }))
})
const end = () => {
  void app.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('disconnect', end)
const url = await app.listen()
doors.add(url)
process.send?.({ url })
