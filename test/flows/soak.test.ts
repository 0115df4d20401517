// Followers, agents, admins, jobs, a moving clock and all kinds of failures, drawn from a seed,
// while everything promised is checked. `npm run soak` does the same for as long as one wants.
import assert from 'node:assert/strict'
import test from 'node:test'
import { isCluster, serversOfRunner } from '../support/edition.ts'
import { isFull, times } from '../support/full.ts'
import { seedOf } from '../support/random.ts'
import { planOf } from '../support/soak/plan.ts'
import { soak } from '../support/soak/run.ts'
import { linesOfBreaches, linesOfPromises, summaryOf } from '../support/soak/tell.ts'

const seed = seedOf()
const minutes = times(1, 30)

const skip =
  isCluster && !isFull ? 'two processes are struck with --full, and by npm run campaign' : false

void test(
  `a busy company keeps every promise although failures strike again and again (${minutes} min, seed ${seed})`,
  { skip },
  async (t) => {
    const soaked = await soak({ seed, minutes, servers: serversOfRunner() })
    for (const line of [...summaryOf(soaked), linesOfPromises(soaked).join(', ')]) {
      t.diagnostic(line)
    }
    assert.equal(linesOfBreaches(soaked).join('\n'), '', `seed ${seed}`)
    assert.deepEqual(
      soaked.verdicts.filter(({ n }) => n === 0),
      [],
      'every promise was looked at',
    )
    assert.ok(soaked.struck.length >= 3, 'it was struck')
  },
)

void test('a seed always gives the same plan, with every kind of failure once before any is repeated, and none during the calm beginning', () => {
  for (const edition of ['embedded', 'cluster'] as const) {
    assert.deepEqual(planOf(7, 5, edition), planOf(7, 5, edition))
    assert.notDeepEqual(planOf(7, 5, edition), planOf(8, 5, edition))
    for (const on of ['house', 'wechat'] as const) {
      const plan = planOf(7, 5, edition).filter((strike) => strike.on === on)
      const kinds = plan.map(({ kind }) => kind)
      const few = new Set(kinds).size
      assert.ok(kinds.length > few)
      assert.equal(new Set(kinds.slice(0, few)).size, few)
      assert.ok(plan.every(({ at, forS }) => at >= 30 && at + forS <= 300))
    }
  }
})
