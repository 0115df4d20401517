import type { Config } from '../../src/config.ts'
import type { Finding } from '../../src/ports.ts'
import type { Inspected } from '../../src/store/store.ts'

const mayDifferMs = { database: 2000, wechat: 60_000 }
const remedy = 'Let NTP set both clocks (chrony, systemd-timesyncd).'

export async function checkClocks(config: Config, store: Inspected | null): Promise<Finding[]> {
  return [
    ...(store ? [await besideDatabase(store)] : []),
    await besideWechat(config.WECHAT_API_BASE),
  ]
}

async function besideDatabase(store: Inspected): Promise<Finding> {
  const began = Date.now()
  const ms = await store.databaseMs()
  return compared('the database', ms - (began + Date.now()) / 2, mayDifferMs.database)
}

/** Its answers carry a date, of whole seconds. */
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
