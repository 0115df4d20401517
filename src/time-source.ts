// Where the clock's time comes from: the database every 30 s, and for demos and tests an advance read from CLOCK_URL once a second.
// The highest advance is kept in SQL and never goes back.
import { openClock, type MovableClock } from './clock.ts'
import { inBackground } from './in-background.ts'
import type { Log } from './log.ts'
import type { Store } from './store/store.ts'

const sampleMs = 30_000
const askMs = 1000
const name = 'clock_advance_ms'

export async function openTime({
  store,
  log,
  clockUrl,
}: {
  store: Store
  log: Log
  clockUrl: string | undefined
}) {
  const kept =
    clockUrl === undefined ? 0 : Number((await store.read.accounts.remembered(name)) ?? 0)
  const clock: MovableClock = openClock(await store.databaseMs(), kept)
  const sample = async () => {
    clock.sample(await store.databaseMs())
  }
  const timers = [
    setInterval(() => {
      sample().catch((error: unknown) => {
        log.warn({ error: String(error) }, 'the database did not tell the time')
      })
    }, sampleMs),
  ]

  const advanceTo = async (total: number) => {
    if (!(total > clock.advanced())) return
    clock.advance(total)
    await store.work('rest', (unit) => unit.accounts.remember(name, String(total)))
  }
  let asking = false
  const ask = async (url: string) => {
    if (asking) return
    asking = true
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(askMs) })
      await advanceTo(Number(((await answer.json()) as { advanceMs?: unknown }).advanceMs))
    } catch {
      // the simulator may start later or be away: the last advance stands
    } finally {
      asking = false
    }
  }
  if (clockUrl !== undefined) {
    timers.push(
      setInterval(() => {
        inBackground(log, 'the clock of CLOCK_URL', ask(clockUrl))
      }, askMs),
    )
  }

  return {
    clock,
    advanceTo,
    close: () => {
      timers.forEach(clearInterval)
    },
  }
}
