// Where the clock's time comes from: the database every 5 s, judged against the monotonic clock and the other processes (rules/time/clock.ts),
// and for demos and tests an advance read from CLOCK_URL once a second. The highest advance is kept in SQL and never goes back.
import { randomBytes } from 'node:crypto'
import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { isFresh, isOff, judge, offsetAfterRest, type Agreed } from '../rules/time/clock.ts'
import { openClock, type MovableClock } from './clock.ts'
import { inBackground } from './in-background.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Inspected, Store } from './store/store.ts'

const lookEveryMs = 5000
const askMs = 1000
const advanceName = 'clock_advance_ms'
const agreedName = 'clock'
const futureMs = 60_000
const offText = "our time is not the database's, whose clock has jumped"

/** What tells how time goes by, whatever the wall clock says. */
export type Machine = {
  mono: () => number
  /** Runs on while the machine sleeps. */
  uptimeMs: () => number
  rest: (ms: number, ending?: AbortSignal) => Promise<unknown>
}
const thisMachine: Machine = {
  mono: () => performance.now(),
  uptimeMs: () => uptime() * 1000,
  rest: (ms, signal) => sleep(ms, undefined, { signal }),
}

export type TimeOptions = {
  store: Store
  log: Log
  metrics: Metrics
  clockUrl: string | undefined
  /** No other process can be there. */
  alone: boolean
  everyMs?: number | undefined
  ending?: AbortSignal | undefined
  machine?: Machine
}

export async function openTime(options: TimeOptions) {
  const { store, log, clockUrl, everyMs = lookEveryMs, machine = thisMachine } = options
  const kept =
    clockUrl === undefined ? 0 : Number((await store.read.accounts.remembered(advanceName)) ?? 0)
  const clock = openClock(await beginTime({ ...options, everyMs, machine }), {
    advanceMs: kept,
    mono: machine.mono,
  })
  await store.work('rest', (unit) => unit.jobs.forgetAfter(clock.now() + futureMs))
  const watch = openWatch({ ...options, everyMs, machine, clock })

  const advanceTo = async (total: number) => {
    if (!(total > clock.advanced())) return
    clock.advance(total)
    await store.work('rest', (unit) => unit.accounts.remember(advanceName, String(total)))
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
  const asks =
    clockUrl === undefined
      ? undefined
      : setInterval(() => {
          inBackground(log, 'the clock of CLOCK_URL', ask(clockUrl))
        }, askMs)

  return {
    clock,
    advanceTo,
    look: watch.look,
    close: async () => {
      clearInterval(asks)
      await watch.close()
    },
  }
}

type Seeker = Pick<TimeOptions, 'store' | 'alone' | 'ending'> & {
  everyMs: number
  machine: Machine
}
type Known = TimeOptions & Seeker

/** The time of those who live; else of those who lived last. */
async function beginTime(known: Known): Promise<number> {
  const { store, everyMs, machine, log } = known
  for (;;) {
    const { text, alive } = await findAgreed(known)
    const asked = machine.mono()
    const databaseMs = await store.databaseMs()
    const passedMs = (machine.mono() - asked) / 2
    const agreed = text === null ? { offset: 0, at: databaseMs, by: '' } : read(text)
    const offset = alive ? agreed.offset : offsetAfterRest(databaseMs, agreed, 2 * everyMs)
    const mine = { offset, at: databaseMs, by: newName() }
    // who was not the first to write begins with what the first has written
    if (!alive && !(await write(store, text, mine))) continue
    if (isOff(offset)) log.warn({ offMs: offset }, offText)
    return databaseMs + passedMs + offset
  }
}

async function findAgreed(known: Seeker): Promise<{ text: string | null; alive: boolean }> {
  const { store, everyMs, alone } = known
  const text = await store.read.accounts.remembered(agreedName)
  if (text === null) return { text, alive: false }
  const alive = isFresh(read(text), await store.databaseMs(), 3 * everyMs)
  if (alive || alone) return { text, alive }
  const heard = await hear(known, text)
  return { text: heard, alive: heard !== text }
}

/** Whoever lives looks at the clock meanwhile, or ends its doubts. */
async function hear({ store, everyMs, machine, ending }: Seeker, text: string): Promise<string> {
  const until = machine.mono() + 3.2 * everyMs
  while (machine.mono() < until) {
    await machine.rest(everyMs / 5, ending)
    const now = await store.read.accounts.remembered(agreedName)
    if (now !== null && now !== text) return now
  }
  return text
}

/** Looks at the database's clock, and keeps ours to it. */
function openWatch(known: Known & { clock: MovableClock }) {
  const { store, log, metrics, everyMs, machine, clock } = known
  const me = newName()
  const notCounted = () => machine.uptimeMs() - machine.mono()
  let last = { at: machine.mono(), notCounted: notCounted() }
  let doubt: { at: number; since: number; agreed: Agreed } | null = null

  const settle = (move: number, to: number) => {
    clock.move(move)
    doubt = null
    last = { at: to, notCounted: notCounted() }
  }
  const look = async () => {
    const from = machine.mono()
    const databaseMs = await store.databaseMs()
    const to = machine.mono()
    const text = await store.read.accounts.remembered(agreedName)
    const agreed =
      text === null ? { offset: clock.at(to) - databaseMs, at: databaseMs, by: me } : read(text)
    const verdict = judge(
      {
        databaseMs,
        from: clock.at(from),
        to: clock.at(to),
        sinceMs: to - last.at,
        sleptMs: notCounted() - last.notCounted,
        agreed,
        me,
        doubt: doubt && { at: doubt.at, forMs: to - doubt.since, agreed: doubt.agreed },
      },
      1.6 * everyMs,
    )
    if (verdict.kind === 'doubts') {
      doubt ??= { at: databaseMs, since: to, agreed }
    } else if (verdict.kind === 'mine') {
      settle(verdict.move, to)
      log.warn({ lateMs: verdict.move }, 'this process stood still: it has the time of the others')
    } else if (await write(store, text, { offset: verdict.offset, at: databaseMs, by: me })) {
      // who was not the first to write looks again: what is agreed has changed
      settle(verdict.move, to)
      if (verdict.kind === 'jumped') {
        metrics.clockJumps.inc()
        log.warn(
          { jumpMs: Math.round(verdict.jumpMs), offMs: Math.round(verdict.offset) },
          "the database's clock has jumped: our time goes on without it",
        )
      }
    }
    metrics.clockOff.set((clock.at(to) - databaseMs) / 1000)
    return doubt === null
  }

  return openLooks({ look, everyMs, log })
}

/** One after the other, and more often while something is in doubt. */
function openLooks({
  look,
  everyMs,
  log,
}: {
  look: () => Promise<boolean>
  everyMs: number
  log: Log
}) {
  let looking: Promise<boolean> | null = null
  let closed = false
  let timer: NodeJS.Timeout
  const lookOnce = () =>
    (looking ??= look().finally(() => {
      looking = null
    }))
  const lookLater = (ms: number) => {
    if (closed) return
    timer = setTimeout(() => {
      lookOnce().then(
        (sure) => {
          lookLater(sure ? everyMs : everyMs / 5)
        },
        (error: unknown) => {
          log.warn({ error: String(error) }, 'the database did not tell the time')
          lookLater(everyMs)
        },
      )
    }, ms)
  }
  lookLater(everyMs)

  return {
    /** True when nothing is in doubt. */
    look: lookOnce,
    close: async () => {
      closed = true
      clearTimeout(timer)
      await looking?.catch(() => false)
    },
  }
}

const newName = () => randomBytes(6).toString('hex')
const read = (text: string) => JSON.parse(text) as Agreed
const write = (store: Store, was: string | null, { offset, at, by }: Agreed) =>
  store.work('rest', (unit) =>
    unit.accounts.rememberInstead(
      agreedName,
      was,
      JSON.stringify({ offset: Math.round(offset), at: Math.round(at), by }),
    ),
  )

/** By how much the running processes are off, or those that ran last. */
export async function clockOff({ read: { accounts } }: Pick<Inspected, 'read'>): Promise<number> {
  const text = await accounts.remembered(agreedName)
  return text === null ? 0 : read(text).offset
}

/** On purpose, while nothing runs: the next start has the database's time, even if it lies before what was given out. */
export async function believeDatabase({
  store,
  alone,
  everyMs = lookEveryMs,
  machine = thisMachine,
}: Pick<TimeOptions, 'store' | 'alone' | 'everyMs' | 'machine'>): Promise<{ wasOffMs: number }> {
  const text = await store.read.accounts.remembered(agreedName)
  // where nobody else can be there the store is ours already
  const heard = text === null || alone ? text : await hear({ store, alone, everyMs, machine }, text)
  const agreed = { offset: 0, at: await store.databaseMs(), by: newName() }
  if (heard !== text || !(await write(store, text, agreed))) {
    throw new Error('kefu runs: end all its processes, and try again.')
  }
  return { wasOffMs: text === null ? 0 : read(text).offset }
}
