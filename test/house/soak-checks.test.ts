// The checks of the long run can be trusted because each is shown to complain: every promise is
// broken in every known way.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { openJournal } from '../support/soak/journal.ts'
import { openMadeUp, type MadeUp } from '../support/soak/made-up.ts'
import { promised, type PromiseId } from '../support/soak/promises.ts'
import { wrongInside } from '../support/soak/wrong-inside.ts'
import { wrongOutside } from '../support/soak/wrong-outside.ts'
import { entryOf, selfCheckSays, strike, unknown, type Case } from '../support/soak/wrong.ts'

const wrong: Record<PromiseId, Case[]> = { ...wrongInside, ...wrongOutside }

async function openDay(t: TestContext): Promise<MadeUp> {
  const day = await openMadeUp()
  t.after(day.close)
  return day
}

void test('in a long run without faults each promise has been checked and no breach is found', async (t) => {
  const day = await openDay(t)
  await day.judge()
  assert.deepEqual(day.facts.promises.breaches, [])
  assert.deepEqual(
    day.facts.promises.verdicts().filter(({ n }) => n === 0),
    [],
  )
})

for (const [id, ways] of Object.entries(wrong) as [PromiseId, Case[]][]) {
  void test(`the long run reports a breach when this promise is broken: ${promised[id]} (${id})`, async (t) => {
    assert.ok(ways.length > 0)
    for (const { what, make, then, told } of ways) {
      await t.test(what, async (t) => {
        const day = await openDay(t)
        await make?.(day)
        await day.judge(
          then &&
            (() => {
              then(day)
            }),
        )
        const { breaches } = day.facts.promises
        assert.ok(
          breaches.some((one) => one.id === id && told.test(one.what)),
          JSON.stringify(breaches),
        )
      })
    }
  })
}

const excused: [string, (day: MadeUp) => void][] = [
  [
    'a reply is unknown whose answer was lost',
    (day) => {
      unknown(day)
      Object.assign(day.sent[1] as object, { fault: 'half' })
    },
  ],
  [
    'a reply is unknown whose sender was killed just then',
    (day) => {
      unknown(day)
      strike(day, 'kill', 100)
    },
  ],
  [
    'a reply that was unknown is recorded after the one behind it, and a person settles it',
    (day) => {
      for (const one of day.sent) one.n = 3 - (one.n ?? 0)
      const settled = { ...entryOf(day, 'reply'), op: 'resolve', key: 'r1', detail: {} }
      day.entries.push(settled)
    },
  ],
  [
    'the index differs while something is struck',
    (day) => {
      selfCheckSays('P15', 'it differs')(day)
      strike(day, 'cutRedis', 1000)
    },
  ],
  [
    'a timer fires early by the clock of the run, which another jumped away from',
    (day) => {
      day.sql("update session_ledger set at = at - 60000 where reason = 'idle'")
      const { begin, end } = entryOf(day, 'push')
      day.struck.push({ kind: 'jump', begin, end })
    },
  ],
  [
    'a call fails with 500 while the disk is full',
    (day) => {
      const { begin, end, detail } = entryOf(day, 'claim')
      detail.status = 500
      day.struck.push({ kind: 'fullDisk', begin, end })
    },
  ],
  [
    'a push has no answer while the database is away',
    (day) => {
      const { detail, begin } = entryOf(day, 'push')
      detail.attempts.unshift({ status: null, ms: 5001, outcome: 'timeout' })
      day.struck.push({ kind: 'deadDatabase', begin, end: begin + 100 })
    },
  ],
]

void test('the long run reports no breach for effects that a planned failure explains', async (t) => {
  for (const [what, make] of excused) {
    await t.test(what, async (t) => {
      const day = await openDay(t)
      make(day)
      await day.judge()
      assert.deepEqual(day.facts.promises.breaches, [])
    })
  }
})

void test('the long run records what was sent even if no answer comes', async () => {
  const journal = openJournal(() => 0)
  const sent = { uid: 11, fenceSent: 1, clientMsgId: 'pA1-1' }
  const asked = { client: 'pA1', op: 'reply', key: 's1', sent }
  const entry = await journal.run(asked, () => Promise.reject(new Error('cut off')))
  assert.equal(entry.outcome, 'info')
  assert.deepEqual(entry.detail, { ...sent, error: 'Error: cut off' })
})
