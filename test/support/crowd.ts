// Creates many agents or sessions directly in the database, because the test is about what happens
// afterwards.
import { agentsIn, queueIn, type Agent } from '../../scripts/bench/crowd.ts'
import { testAccount, type House } from './app.ts'

export type { Agent }

export const crowdOfAgents = (house: House, howMany: number, capacity: number) =>
  agentsIn(house.app.ports, { howMany, capacity })
export const crowdInQueue = (house: House, howMany: number) =>
  queueIn(house.app.ports, { howMany, appid: testAccount.appid })

export const asAgent =
  (url: string, agent: Agent) =>
  async (method: string, path: string, body?: unknown): Promise<{ status: number; body: any }> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${agent.token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return {
      status: answer.status,
      body: text.startsWith('{') ? (JSON.parse(text) as unknown) : text,
    }
  }

/** Runs all tasks, at most this many at the same time, so that the machine is not overloaded. */
export async function inParallel<T>(
  all: T[],
  atOnce: number,
  run: (one: T, n: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const work = async () => {
    for (let n = next; n < all.length; n = next) {
      next += 1
      await run(all[n] as T, n)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}
