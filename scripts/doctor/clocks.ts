import type { Config } from '../../src/config.ts'
import type { Finding } from '../../src/ports.ts'
import type { Inspected } from '../../src/store/store.ts'
import { clockOff } from '../../src/time-source.ts'
import { isOff } from '../../rules/time/clock.ts'

const mayDifferMs = { database: 2000, wechat: 60_000 }
const remedy = 'Let NTP set both clocks (chrony, systemd-timesyncd).'

export async function checkClocks(config: Config, store: Inspected | null): Promise<Finding[]> {
  return [
    ...(store ? [await besideDatabase(store), await afterJumps(store)] : []),
    await besideWechat(config.WECHAT_API_BASE),
  ]
}

async function besideDatabase(store: Inspected): Promise<Finding> {
  const began = Date.now()
  const ms = await store.databaseMs()
  return compared('the database', ms - (began + Date.now()) / 2, mayDifferMs.database)
}

/**
 * Reports a jump of the database's clock that kefu did not follow. The doctor's next finding
 * compares WeChat's clock, which shows which of the two is right.
 */
async function afterJumps(store: Inspected): Promise<Finding> {
  const off = await clockOff(store).catch(() => 0)
  if (!isOff(off)) return { ok: true, what: "kefu's time is the database's." }
  const how = `${inWords(off)} ${off > 0 ? 'ahead of' : 'behind'}`
  return {
    ok: false,
    what: `The clock of the database has jumped: kefu goes on by its own time, which is ${how} the database's.`,
    remedy:
      'If the database is wrong, let NTP set its clock; kefu is right then. If it is right now, kefu comes back to it by itself, ' +
      `by ${off > 0 ? 'six minutes' : 'a minute'} an hour; at once: end all processes, npm run believe-clock, start.`,
  }
}

function inWords(ms: number): string {
  const seconds = Math.abs(ms) / 1000
  if (seconds < 120) return `${seconds.toFixed(0)} s`
  return seconds < 7200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`
}

/** Compares our clock with WeChat's, whose answers contain the time in whole seconds. */
async function besideWechat(base: string): Promise<Finding> {
  try {
    const answer = await fetch(base, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
    })
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (Number.isNaN(date)) return { ok: true, what: `${base} can be reached; it tells no time.` }
    return compared(base, date + 500 - Date.now(), mayDifferMs.wechat)
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return {
      ok: false,
      what: `WECHAT_API_BASE ${base} cannot be reached: ${cause}`,
      remedy: 'Let this machine call it (DNS, firewall, proxy): replies leave that way.',
    }
  }
}

function compared(name: string, differenceMs: number, mayDiffer: number): Finding {
  const seconds = (Math.abs(differenceMs) / 1000).toFixed(1)
  if (Math.abs(differenceMs) <= mayDiffer) {
    return { ok: true, what: `This machine's clock agrees with ${name} (${seconds} s).` }
  }
  return {
    ok: false,
    what: `This machine's clock is ${seconds} s ${differenceMs > 0 ? 'behind' : 'ahead of'} ${name}.`,
    remedy,
  }
}
