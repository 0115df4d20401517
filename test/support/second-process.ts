// The second process of a product under test. It contains the whole product, opens and closes it on
// request of its parent, and moves its clock when told.
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { withCheapPasswords } from './cheap-passwords.ts'
import { watchDoors } from './doors.ts'
import { hearingLog, type ProcessReport } from './ends-clean.ts'
import { answerHeard } from './heard.ts'
import { openJumping } from './jumping.ts'

export type Opening = {
  settings: Record<string, string>
  withoutCron: boolean
  clock: { everyMs?: number | undefined; jumpedMs?: number | undefined }
}
export type AskedOfProcess =
  | { open: Opening }
  | { advanceTo: number }
  | { jumpTo: number }
  | { askAllSaid: true }
  | { close: true }
export type ToldByProcess =
  | { url: string }
  | { advancedTo: number }
  | { allSaid: true }
  | { closed: true }
  | { said: ProcessReport }

const tell = (told: ToldByProcess) => process.send?.(told)

/**
 * Makes the database's clock jump. It is made anew for each product that is opened in this process.
 */
let jumping = openJumping()

async function open({ settings, withoutCron, clock: { everyMs, jumpedMs } }: Opening) {
  const config = readConfig(settings, {})
  const say = (said: ProcessReport) => tell({ said })
  const doors = watchDoors(say)
  jumping = openJumping(jumpedMs)
  const app = await openApp(config, {
    log: hearingLog(say),
    withoutCron,
    wrap: withCheapPasswords,
    wrapStore: jumping.wrapStore,
    ...(everyMs !== undefined && { clockEveryMs: everyMs }),
  })
  answerHeard(app.ports.bus, config.DATABASE_URL)
  const url = await app.listen()
  doors.add(url)
  return {
    url,
    advanceTo: app.advanceTo,
    close: async () => {
      await app.close()
      doors.close()
    },
  }
}

let opened: Awaited<ReturnType<typeof open>> | null = null

async function answer(asked: AskedOfProcess): Promise<void> {
  if ('open' in asked) {
    opened = await open(asked.open)
    tell({ url: opened.url })
  } else if ('advanceTo' in asked) {
    await opened?.advanceTo(asked.advanceTo)
    tell({ advancedTo: asked.advanceTo })
  } else if ('jumpTo' in asked) {
    jumping.jumpTo(asked.jumpTo)
  } else if ('close' in asked) {
    await opened?.close()
    opened = null
    tell({ closed: true })
  } else {
    tell({ allSaid: true })
  }
}

const fail = (error: unknown) => {
  console.error(error)
  process.exit(1)
}
process.on('message', (asked: AskedOfProcess) => {
  answer(asked).catch(fail)
})
const end = () => {
  Promise.resolve(opened?.close()).then(() => process.exit(0), fail)
}
process.once('SIGTERM', end)
process.once('disconnect', end)
