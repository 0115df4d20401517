// Carries out the planned disturbances and records when they happened.
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { post } from '../app.ts'
import type { TcpProxy } from '../tcp-proxy.ts'
import { appids } from './companies.ts'
import { afterJumpS, type HouseKind, type Strike, type WechatKind } from './plan.ts'
import type { World } from './world.ts'

export type Struck = { kind: HouseKind | WechatKind; begin: number; end: number }
export type Strikes = {
  /** All disturbances that have begun. The end of one that is still going on is unknown. */
  all: Struck[]
  /**
   * Resolves when the plan is finished or `ending` is aborted; all disturbances have been ended
   * then.
   */
  done: Promise<void>
}

/**
 * Finds a disturbance (or one of these kinds) that was going on at some time between two moments.
 */
export const struckBetween = (
  { all }: Pick<Strikes, 'all'>,
  { from, to = Infinity }: { from: number; to?: number },
  kinds?: readonly Struck['kind'][],
): Struck | undefined =>
  all.find(({ kind, begin, end }) => begin <= to && end >= from && (kinds?.includes(kind) ?? true))

const hourMs = 3600_000
const sendPath = '/cgi-bin/message/custom/send'

export function openStrikes(
  world: World,
  plan: Strike[],
  { ending, tell }: { ending: AbortSignal; tell: (text: string) => void },
): Strikes {
  const all: Struck[] = []
  const began = performance.now()
  const rest = (ms: number) => sleep(ms, undefined, { signal: ending }).catch(() => undefined)
  const one = async (strike: Strike) => {
    await rest(Math.max(0, began + strike.at * 1000 - performance.now()))
    if (ending.aborted) return
    if (strike.on === 'house' && strike.kind === 'fullDisk' && !world.disk) return
    const struck: Struck = { kind: strike.kind, begin: performance.now(), end: Infinity }
    all.push(struck)
    tell(`${strike.kind} for ${strike.forS} s`)
    const mend =
      strike.on === 'house' ? await strikeHouse(world, strike) : await strikeWechat(world, strike)
    await rest(strike.forS * 1000)
    await mend()
    struck.end = performance.now()
    if (strike.kind === 'jump') await rest(afterJumpS * 1000)
  }
  // A start on a busy machine takes longer than planned. It must not fall into a jump of the clock:
  // a process that is alone can only believe what it finds.
  const inTurn = async (strikes: Strike[]) => {
    for (const strike of strikes) await one(strike)
  }
  const [house, wechat] = [
    plan.filter(({ on }) => on === 'house'),
    plan.filter(({ on }) => on === 'wechat'),
  ]
  return {
    all,
    done: Promise.all([inTurn(house), ...wechat.map(one)]).then(() => undefined),
  }
}

type Mend = () => Promise<void> | void

function cut(wire: TcpProxy | undefined): Mend {
  wire?.cut()
  return () => undefined
}

function slow(wire: TcpProxy | undefined, n: number): Mend {
  wire?.slow(100 + (n % 200))
  return () => wire?.slow(0)
}

function silence(wire: TcpProxy | undefined): Mend {
  wire?.goDead()
  return () => wire?.revive()
}

async function strikeHouse(
  world: World,
  { kind, n }: { kind: HouseKind; n: number },
): Promise<Mend> {
  const { processes, wires, disk } = world
  const one = processes[n % processes.length]
  const acts: Record<HouseKind, () => Promise<Mend> | Mend> = {
    kill: async () => {
      await one?.kill()
      return () => one?.start()
    },
    freeze: () => {
      one?.freeze()
      return () => one?.thaw()
    },
    jump: () => {
      const ms = n % 2 === 0 ? hourMs : -hourMs
      for (const each of processes) each.jumpTo(ms)
      return () => {
        for (const each of processes) each.jumpTo(0)
      }
    },
    fullDisk: () => {
      disk?.fill()
      return () => disk?.free()
    },
    cutDatabase: () => cut(wires?.database),
    slowDatabase: () => slow(wires?.database, n),
    deadDatabase: () => silence(wires?.database),
    cutRedis: () => cut(wires?.redis),
    slowRedis: () => slow(wires?.redis, n),
    deadRedis: () => silence(wires?.redis),
  }
  return acts[kind]()
}

/** Disturbs the simulated WeChat for a single account, to see that the others are not affected. */
async function strikeWechat(
  { simulator }: World,
  { kind, n }: { kind: WechatKind; n: number },
): Promise<Mend> {
  await post(`${simulator}/sim/faults`, {
    kind,
    path: sendPath,
    appid: appids.struck,
    next: 0,
    ...(kind === 'slow' && { delayMs: 1000 + 10 * n }),
    ...(kind === 'errcode' && { errcode: n % 2 === 0 ? -1 : 45047 }),
  })
  return async () => {
    await fetch(`${simulator}/sim/faults`, { method: 'DELETE' })
  }
}
