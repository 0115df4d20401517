// A long run, drawn from a seed: people work, disturbances happen, and checks constantly compare
// what was promised with what is there.
import { setMaxListeners } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Servers } from '../edition.ts'
import { minuteMs } from '../../../rules/session/timers.ts'
import { openDraw } from '../random.ts'
import { administer, enable, hasten } from './admins.ts'
import { work } from './agents.ts'
import type { SoakClient } from './client.ts'
import { openChecks, type Checks } from './checks.ts'
import { openFirms, type Firm } from './companies.ts'
import { follow } from './followers.ts'
import { openJournal, type JournalEntry, type Journal } from './journal.ts'
import { planOf } from './plan.ts'
import { openPromises, type Promises } from './promises.ts'
import { openStrikes, type Strikes, type Struck } from './strikes.ts'
import { openWorld } from './world.ts'

export type SoakOptions = {
  seed: number
  minutes: number
  /** The database and Redis servers of the cluster edition; null in the embedded one. */
  servers: Servers | null
  tell?: (text: string) => void
}
export type Soaked = {
  verdicts: ReturnType<Promises['verdicts']>
  breaches: Promises['breaches']
  /** Returns the newest recorded operations that concern a breach, to show them in the report. */
  about: (names: string[]) => JournalEntry[]
  entries: JournalEntry[]
  struck: Struck[]
  looks: number
}

const drainsWithinMs = 120_000
const checksEveryMs = 3000
const quietMs = 16 * 60_000

export async function soak(options: SoakOptions): Promise<Soaked> {
  const { seed, minutes, servers, tell = () => undefined } = options
  const world = await openWorld(minutes, servers)
  const ending = new AbortController()
  // the usual limit on listeners is lifted, because every client listens to this signal
  setMaxListeners(0, ending.signal)
  try {
    const journal = openJournal(world.lowestNow)
    const promises = openPromises()
    const firms = await openFirms(world, promises)
    tell('begins')
    const plan = planOf(seed, minutes, servers ? 'cluster' : 'embedded')
    const strikes = openStrikes(world, plan, { ending: ending.signal, tell })
    const checks = openChecks({ world, journal, promises, strikes, firms })
    const clients = live({ world, journal, promises, seed, firms, ending: ending.signal })
    const watching = watch(checks, journal, ending.signal)
    // the run ends at once if a killed process does not come back: `strikes.done` is rejected then
    const broke = strikes.done.then(() => new Promise<void>(() => undefined))
    await Promise.race([sleep(minutes * 60_000, undefined, { signal: ending.signal }), broke])
    ending.abort()
    tell('heals and drains')
    await Promise.all([...clients, strikes.done, watching])
    await drain({ world, firms, journal, promises, seed }, checks, strikes)
    await checks.whole(true)
    return {
      verdicts: promises.verdicts(),
      breaches: promises.breaches,
      about: (names) => journal.about(names).slice(-12),
      entries: journal.entries,
      struck: strikes.all,
      looks: checks.looks(),
    }
  } finally {
    ending.abort()
    await world.close()
  }
}

type Living = Omit<SoakClient, 'name' | 'draw'> & { seed: number; firms: Record<'A' | 'B', Firm> }

function live({
  firms: { A, B },
  ending,
  ...common
}: Living & { ending: AbortSignal }): Promise<void>[] {
  let born = 0
  const client = (name: string): SoakClient => ({
    ...common,
    name,
    draw: openDraw(common.seed + 7919 * (born += 1)),
  })
  const run = (
    name: string,
    pauseMs: number,
    act: (client: SoakClient) => () => Promise<unknown>,
  ) => {
    const one = client(name)
    const next = act(one)
    return (async () => {
      while (!ending.aborted) {
        await next().catch((error: unknown) => {
          // an unexpected error of one client must not end the run
          one.journal.entries.push(strayOf(one.name, error))
        })
        await sleep(one.draw.below(2 * pauseMs), undefined, { signal: ending }).catch(() => null)
      }
    })()
  }
  const pushers = [
    [A, 8],
    [B, 2],
  ] as const
  return [
    ...pushers.flatMap(([firm, howMany]) =>
      Array.from({ length: howMany }, (_, n) =>
        run(`f${firm.side}${n}`, 200, (one) =>
          follow(
            one,
            firm,
            firm.followers.filter((_who, at) => at % howMany === n),
          ),
        ),
      ),
    ),
    ...A.people.map((me) =>
      run(`p${me.username}`, 200, (one) => work(one, { firm: A, other: B }, me)),
    ),
    ...B.people.map((me) =>
      run(`p${me.username}`, 300, (one) => work(one, { firm: B, other: A }, me)),
    ),
    run('admin', 500, (one) => administer(one, A)),
    run('clock', 3000, hasten),
  ]
}

const strayOf = (client: string, error: unknown): JournalEntry => ({
  client,
  op: 'stray',
  key: '',
  begin: performance.now(),
  end: performance.now(),
  at: 0,
  outcome: 'info',
  detail: { error: error instanceof Error ? error.stack : String(error) },
})

/** A check may fail while a file or server is being disturbed; the next check makes up for it. */
async function watch(checks: Checks, journal: Journal, ending: AbortSignal): Promise<void> {
  for (let n = 0; !ending.aborted; n += 1) {
    // complete checks read everything, which takes longer and longer, so they become rarer
    const isWhole = n % (n < 20 ? 5 : 20) === 4
    await checks
      .light()
      .then(() => (isWhole ? checks.whole(false) : undefined))
      .catch((error: unknown) => {
        journal.entries.push(strayOf('checks', error))
      })
    await sleep(checksEveryMs, undefined, { signal: ending }).catch(() => undefined)
  }
}

/**
 * Waits at the end of a run, when nobody writes and nothing is disturbed any more: everything
 * unfinished must end within the promised time.
 */
async function drain(living: Living, checks: Checks, strikes: Strikes): Promise<void> {
  const { world, firms, journal, promises, seed } = living
  for (const one of world.processes) await one.start()
  const admin = { client: { name: 'admin', draw: openDraw(seed), world, journal, promises } }
  for (const who of firms.A.people) {
    if (!who.isEnabled) await enable({ ...admin, firm: firms.A }, who)
  }
  const healed = Math.max(performance.now(), ...strikes.all.map(({ end }) => end))
  // moves the clock, so that sessions that fell silent become due
  await world.advance(quietMs)
  let left = await checks.left()
  // moves the clock, so that every job that runs once a minute becomes due
  await world.advance(minuteMs)
  while (performance.now() - healed < drainsWithinMs && left.length > 0) {
    await sleep(1000)
    await checks.light()
    left = await checks.left()
    if (left.length > 0) await world.advance(5000)
  }
  await checks.drained(left)
}
