// Measures how work in the background affects others: the delay of the event loop and the duration
// of pushes.
import assert from 'node:assert/strict'
import type { House } from '../app.ts'
import { follower } from '../follower.ts'
import { lasts } from '../pauses.ts'

export type Felt = { ms: number; loopP99: number; loopMax: number; pushP99: number; pushes: number }

const everyMs = 5
const leastMs = 1500
const pauseMs = 20

const p99 = (all: number[]) =>
  all.sort((a, b) => a - b)[Math.min(all.length - 1, Math.floor(all.length * 0.99))] ?? 0

/**
 * Measures how others are affected while the work runs, for as long as it takes, but long enough
 * for a meaningful result.
 */
export async function beside(house: House, work: () => Promise<unknown>): Promise<Felt> {
  let customer = await follower(house)
  const [late, pushMs]: [number[], number[]] = [[], []]
  let due = performance.now() + everyMs
  const clock = setInterval(() => {
    late.push(Math.max(0, performance.now() - due))
    due = performance.now() + everyMs
  }, everyMs)
  const began = performance.now()
  const working = { ms: 0 }
  const done = work().then(() => {
    working.ms = performance.now() - began
  })
  while (working.ms === 0 || performance.now() - began < leastMs) {
    // a new customer from time to time, so that no single session grows so long that reading it
    // gets slower
    if (pushMs.length % 20 === 19) customer = await follower(house)
    const asked = performance.now()
    assert.equal((await customer.says(`${pushMs.length}`)).status, 200)
    pushMs.push(performance.now() - asked)
    await lasts(pauseMs)
  }
  await done
  clearInterval(clock)
  return {
    ms: working.ms,
    loopP99: p99(late),
    loopMax: Math.max(...late),
    pushP99: p99(pushMs),
    pushes: pushMs.length,
  }
}
