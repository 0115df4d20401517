// Runs a job in a process that dies half-way. It runs beside the product under test if the edition
// permits several processes; otherwise the product is closed meanwhile.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Ports, SpokenRule, Unanswered } from '../../src/ports.ts'
import { openHouse, type House, type HouseOptions } from './app.ts'
import { isCluster } from './edition.ts'

export type RuleCounts = { spoken: SpokenRule[]; unanswered: Unanswered[] }
export type Killing = {
  job: string
  slot: string
  /** At which of the job's steps the process dies, counted from 1. */
  at: number
  /**
   * `inside`: the process dies before the writes of the step are committed; `after`: once they are.
   */
  where: WhereKilled
  counted: RuleCounts
}
export type WhereKilled = 'inside' | 'after'

/**
 * Wraps what a job uses and counts its steps: each write and each call to another system. `hear` is
 * called before and after the step takes effect, so that a process can die there.
 */
export const stepping =
  (hear: (where: WhereKilled, n: number) => void) =>
  (ports: Ports): Ports => {
    let count = 0
    const step = async <T>(work: () => Promise<T>): Promise<T> => {
      const n = (count += 1)
      hear('inside', n)
      const result = await work()
      hear('after', n)
      return result
    }
    const { store, queue, vault, desk } = ports
    return {
      ...ports,
      store: {
        ...store,
        work: async (kind, body, limits) => {
          const n = (count += 1)
          const inside = async (unit: Parameters<typeof body>[0]) => {
            const result = await body(unit)
            hear('inside', n)
            return result
          }
          const result = await store.work(kind, inside, limits)
          hear('after', n)
          return result
        },
      },
      queue: {
        ...queue,
        move: (companyId, moves) => step(() => queue.move(companyId, moves)),
        complete: (companyId, epoch) => step(() => queue.complete(companyId, epoch)),
      },
      vault: { ...vault, sweep: (piece, how) => step(() => vault.sweep(piece, how)) },
      desk: { ...desk, kfAccounts: (account) => step(() => desk.kfAccounts(account)) },
    }
  }

export type Standing = {
  house: () => House
  /**
   * Runs the job in a process that is to die, and returns whether it died before the job's end.
   * Afterwards the product under test is running again.
   */
  kill: (killing: Killing) => Promise<boolean>
  close: () => Promise<void>
}

export async function openStanding(options: HouseOptions & { dir: string }): Promise<Standing> {
  const open = async () => {
    const house = await openHouse({ ...options, alone: true, withoutCron: true })
    house.announce({ refused: true, logs: ['a reply did not simply arrive'] })
    return house
  }
  let house = await open()
  return {
    house: () => house,
    kill: async (killing) => {
      if (!isCluster) await house.close()
      try {
        return await runChild(house, killing)
      } finally {
        if (!isCluster) house = await open()
      }
    },
    close: () => house.close(),
  }
}

async function runChild(house: House, killing: Killing): Promise<boolean> {
  const texts = Object.entries(house.config).filter(([, value]) => typeof value === 'string')
  const settings = { ...Object.fromEntries(texts), PORT: '0' }
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'job-child.js'), JSON.stringify({ ...killing, settings })],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`${killing.job} ended with ${code}`)
  return signal === 'SIGKILL'
}
