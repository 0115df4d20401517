// Followers, agents, admins, jobs, a moved clock and everything that may break, drawn from a seed, while what was promised is compared
// with what is. `npm run soak` is the same for as long as one likes.
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
  `a busy company that is struck again and again keeps every promise (${minutes} min, seed ${seed})`,
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

void test('a seed has one plan: every kind of strike comes once before any comes again, and none before the calm is over', () => {
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
