// The second of a house's two processes: the whole product, told by its parent when to move the clock.
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { hearingLog } from './ends-clean.ts'
import { answerHeard } from './heard.ts'

const [, , settings = '{}', withoutCron = 'false'] = process.argv
const config = readConfig(JSON.parse(settings) as Record<string, string>, {})
const log = hearingLog((logged) => process.send?.({ logged }))
const app = await openApp(config, { log, withoutCron: withoutCron === 'true' })
answerHeard(app.ports.bus, config.DATABASE_URL)
process.on('message', ({ advanceTo }: { advanceTo: number }) => {
  void app.advanceTo(advanceTo).then(() => process.send?.({ advancedTo: advanceTo }))
})
const end = () => {
  void app.close().then(() => process.exit(0))
}
process.once('SIGTERM', end)
process.once('disconnect', end)
process.send?.({ url: await app.listen() })
