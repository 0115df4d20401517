// Sets the clock: it asks the database for the time every 5 s and compares it with the monotonic
// clock and other processes (rules/time/clock.ts). For demos and tests, an advance is read from
// CLOCK_URL once a second. The highest advance is stored in the database and never decreases.
import { randomBytes } from 'node:crypto'
import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  wasCheckedRecently,
  isOff,
  judgeClock,
  offsetAfterRest,
  type Agreed,
} from '../rules/time/clock.ts'
import { openClock, type MovableClock } from './clock.ts'
import { inBackground } from './in-background.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Inspected, Store } from './store/store.ts'

const lookEveryMs = 5000
const askMs = 1000
/**
 * For so many checks after a process confirmed the database's clock, other processes rely on the
 * stored offset.
 */
const freshLooks = 3
const advanceName = 'clock_advance_ms'
const agreedName = 'clock'
const futureMs = 60_000
const offText = "our time is not the database's, whose clock has jumped"

/** The clocks of the machine that measure elapsed time whatever the wall clock shows. */
export type Machine = {
  mono: () => number
  /**
   * How long the machine has been up. Unlike the monotonic clock, it continues to count while the
   * machine sleeps.
   */
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
  /** True if no other process can be running, so that none need be asked about the time. */
  alone: boolean
  everyMs?: number | undefined
  ending?: AbortSignal | undefined
  machine?: Machine
}

export async function openTime(options: TimeOptions) {
  const { store, log, clockUrl, everyMs = lookEveryMs, machine = thisMachine } = options
  const kept =
    clockUrl === undefined
      ? 0
      : Number((await store.read.installation.remembered(advanceName)) ?? 0)
  const clock = openClock(await beginTime({ ...options, everyMs, machine }), {
    advanceMs: kept,
    mono: machine.mono,
  })
  await store.work('rest', (unit) => unit.jobs.forgetAfter(clock.now() + futureMs))
  const watch = openWatch({ ...options, everyMs, machine, clock })

  const advanceTo = async (total: number) => {
    if (!(total > clock.advanced())) return
    clock.advance(total)
    await store.work('rest', (unit) => unit.installation.remember(advanceName, String(total)))
  }
  let asking = false
  const ask = async (url: string) => {
    if (asking) return
    asking = true
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(askMs) })
      await advanceTo(Number(((await answer.json()) as { advanceMs?: unknown }).advanceMs))
    } catch {
      // the simulator, which tells by how much the clock was moved ahead, may start later or be
      // away; then the last known value stays valid
    } finally {
      asking = false
    }
  }
  // a clock that was moved while no process ran must be known before anything is written: with times
  // from before the move, a timer would fire early
  if (clockUrl !== undefined) await ask(clockUrl)
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
type TimeSeeker = TimeOptions & Seeker

/**
 * The time with which this process starts: the one that running processes agree on, or else that of
 * the processes that ran last.
 */
async function beginTime(known: TimeSeeker): Promise<number> {
  const { store, everyMs, machine, log } = known
  for (;;) {
    const { text, alive } = await findAgreed(known)
    const asked = machine.mono()
    const databaseMs = await store.databaseMs()
    const passedMs = (machine.mono() - asked) / 2
    const agreed = text === null ? { offset: 0, at: databaseMs, by: '' } : read(text)
    // the database's clock has jumped since the time was confirmed, so start again and hear what
    // the running processes make of it
    if (alive && !wasCheckedRecently(agreed, databaseMs, freshLooks * everyMs)) continue
    const offset = alive ? agreed.offset : offsetAfterRest(databaseMs, agreed, 2 * everyMs)
    const mine = { offset, at: databaseMs, by: newName() }
    // another process has stored its time first, so start again with what it stored
    if (!alive && !(await write(store, text, mine))) continue
    if (isOff(offset)) log.warn({ offMs: offset }, offText)
    return databaseMs + passedMs + offset
  }
}

async function findAgreed(known: Seeker): Promise<{ text: string | null; alive: boolean }> {
  const { store, everyMs, alone } = known
  const text = await store.read.installation.remembered(agreedName)
  if (text === null) return { text, alive: false }
  const alive = wasCheckedRecently(read(text), await store.databaseMs(), freshLooks * everyMs)
  if (alive || alone) return { text, alive }
  const heard = await hear(known, text)
  return { text: heard, alive: heard !== text }
}

/** Waits a moment: a running process checks the clock in that time or resolves its doubts. */
async function hear({ store, everyMs, machine, ending }: Seeker, text: string): Promise<string> {
  const until = machine.mono() + 3.2 * everyMs
  while (machine.mono() < until) {
    await machine.rest(everyMs / 5, ending)
    const now = await store.read.installation.remembered(agreedName)
    if (now !== null && now !== text) return now
  }
  return text
}

/** Checks the database's clock regularly and keeps the product's time in step with it. */
function openWatch(known: TimeSeeker & { clock: MovableClock }) {
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
    const text = await store.read.installation.remembered(agreedName)
    const agreed =
      text === null ? { offset: clock.at(to) - databaseMs, at: databaseMs, by: me } : read(text)
    const verdict = judgeClock(
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
      // if another process had stored the result of its check first, what the processes agree on
      // would have changed: then nothing is settled, and the next check judges anew
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

/**
 * Runs checks of the database's clock one after the other, more often while it is in doubt whether
 * the clock has jumped.
 */
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
    /** Checks the database's clock once more. True if there is no doubt about the time. */
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
    unit.installation.rememberInstead(
      agreedName,
      was,
      JSON.stringify({ offset: Math.round(offset), at: Math.round(at), by }),
    ),
  )

/**
 * How far the database's clock is off, according to the processes that run or, if none does, those
 * that ran last.
 */
export async function clockOff({
  read: { installation },
}: Pick<Inspected, 'read'>): Promise<number> {
  const text = await installation.remembered(agreedName)
  return text === null ? 0 : read(text).offset
}

/**
 * For an operator, while nothing is running: the next start uses the database's time, even if that
 * is earlier than times already used.
 */
export async function believeDatabase({
  store,
  alone,
  everyMs = lookEveryMs,
  machine = thisMachine,
}: Pick<TimeOptions, 'store' | 'alone' | 'everyMs' | 'machine'>): Promise<{ wasOffMs: number }> {
  const text = await store.read.installation.remembered(agreedName)
  // before the clock is set anew we listen whether another process runs; if there can be none, holding
  // the lock of the store shows it already
  const heard = text === null || alone ? text : await hear({ store, alone, everyMs, machine }, text)
  const agreed = { offset: 0, at: await store.databaseMs(), by: newName() }
  if (heard !== text || !(await write(store, text, agreed))) {
    throw new Error('kefu runs: end all its processes, and try again.')
  }
  return { wasOffMs: text === null ? 0 : read(text).offset }
}
