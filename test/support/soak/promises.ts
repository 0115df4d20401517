// Counts for each promise how often it was checked, and records what broke it.

export const promised = {
  P1: 'a push that is answered is stored',
  P2: 'a push is stored once, and nothing comes from nowhere',
  P4: 'a push that is taken is answered within 4.5 s',
  P5: 'lines stand in the order in which they came',
  P6: 'a follower has one open session at most',
  P7: 'lines, counts, events and loads change together',
  P8: 'a session has one owner, whom the ledger names',
  P9: 'who no longer has a session cannot answer in it',
  P10: 'a reply that is accepted has an end that is shown',
  P11: 'nothing is sent twice by itself',
  P12: 'unknown is only what nobody can know',
  P13: "a follower's replies leave in their order",
  P14: 'the same clientMsgId is the same message',
  P15: 'the index of the queue is what SQL says',
  P18: 'a slot of a job is run once, and none stands still',
  P19: 'no timer fires early, and none is forgotten',
  P22: 'nothing of a company reaches another',
  served: 'no call fails in a way that nobody foresaw',
} as const
export type PromiseId = keyof typeof promised
export type BrokenPromise = { id: PromiseId; what: string; names: string[] }

export type Promises = {
  saw: (id: PromiseId, howMany?: number) => void
  /**
   * Records what broke a promise. Each breach is reported once; `names` are used to find the
   * operations related to it.
   */
  broke: (id: PromiseId, what: string, names: string[]) => void
  breaches: BrokenPromise[]
  verdicts: () => { id: PromiseId; verdict: 'ok' | 'violated' | 'unknown'; n: number }[]
}

const ids = Object.keys(promised) as PromiseId[]
/**
 * How many breaches of each promise are reported, since a fault that appears everywhere is clear
 * from a few examples.
 */
const mostTold = 10

export function openPromises(): Promises {
  const seen = new Map<PromiseId, number>()
  const breaches: BrokenPromise[] = []
  return {
    saw: (id, howMany = 1) => {
      seen.set(id, (seen.get(id) ?? 0) + howMany)
    },
    broke: (id, what, names) => {
      const same = breaches.filter((one) => one.id === id)
      if (same.length >= mostTold || same.some((one) => one.what === what)) return
      breaches.push({ id, what, names })
    },
    breaches,
    verdicts: () =>
      ids.map((id) => {
        const n = seen.get(id) ?? 0
        const broken = breaches.some((one) => one.id === id)
        return { id, verdict: broken ? 'violated' : n === 0 ? 'unknown' : 'ok', n }
      }),
  }
}
