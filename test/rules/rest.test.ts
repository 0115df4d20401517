import assert from 'node:assert/strict'
import test from 'node:test'
import { restAfter } from '../../src/actions/jobs/rest.ts'

const table: [what: string, lastRunsMs: number[], restMs: number][] = [
  ['an empty queue', [3, 2, 4], 20],
  ['a run that a busy machine held up', [2400, 20, 30], 200],
  ['a start: nobody knows yet what a run takes', [1200, 1100], 0],
  ['a million queued sessions', [480, 350, 510], 2000],
  ['more than a machine reads in a second', [1800, 1500, 2100], 15_000],
]

for (const [what, lastRunsMs, restMs] of table) {
  void test(`the repair of the queue index rests in proportion to its work: ${what}`, () => {
    assert.equal(restAfter(10, lastRunsMs), restMs)
  })
}
