// Runs the product's own self-check through its API, and counts what it finds as breaches of
// promises.
import { performance } from 'node:perf_hooks'
import type { RunFacts } from './facts.ts'
import { promised, type PromiseId } from './promises.ts'
import { struckBetween } from './strikes.ts'

/** Promises that may still be broken for ten seconds after a disturbance. */
const soon = new Set(['P15'])
const soonMs = 10_000
/**
 * Matches the complaint about replies that have no end yet. The run moves the clock, so replies
 * soon look old; whether they end is checked when the run is over.
 */
const unfinished = /; \d+ replies have no end yet|^\d+ replies have no end yet$/
/** The promise under which a violation is counted: P7 for those that only the self-check knows. */
const idOf = (id: string): PromiseId => (id in promised ? (id as PromiseId) : 'P7')
const answersWithinMs = 30_000

/** The violations that the self-check finds at this moment; none if the product is away. */
export async function askSelfCheck(facts: RunFacts): Promise<string[]> {
  const violated: string[] = []
  for (const { admin } of [facts.firms.A, facts.firms.B]) {
    const began = performance.now()
    const answer = await Promise.race([
      admin.call('GET', '/api/admin/self-check?most=1000').catch(() => null),
      new Promise<null>((resolve) => setTimeout(resolve, answersWithinMs, null).unref()),
    ])
    if (answer?.status !== 200) continue
    const isCalm = !struckBetween(facts.strikes, { from: began - soonMs })
    const said = (answer.body.promises as SelfCheckVerdict[]).filter(
      ({ id }) => isCalm || !soon.has(id),
    )
    violated.push(...said.flatMap((one) => judge(facts, one)))
  }
  return violated
}

type SelfCheckVerdict = { id: string; verdict: string; detail: string }

function judge({ promises }: RunFacts, { id, verdict, detail }: SelfCheckVerdict): string[] {
  const mine = idOf(id)
  const looked = /^\d+/.exec(detail)?.[0]
  promises.saw(mine, id === 'P15' || looked === undefined ? 1 : Number(looked))
  const words = detail.replace(unfinished, '')
  if (verdict === 'ok' || words === '') return []
  promises.broke(
    mine,
    words,
    [...words.matchAll(/session (\S+):/g)].map(([, one]) => one ?? ''),
  )
  return [`${mine} ${words}`]
}
