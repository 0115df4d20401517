// Tests a check that every test makes when its product closes: that no request was left unserved.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'
import { unansweredIn } from '../support/doors.ts'
import { takeStoreAway } from '../support/obstacles.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

for (const [most, ends] of [
  [1, /2 not served, 1 at most \(it is away\): 2 × 500 POST \/wechat/],
  [2, null],
] as const) {
  void test(`a product under test that answered two pushes with 500 where at most ${most} were announced ${ends ? 'fails the test' : 'does not fail the test'} when it closes`, async () => {
    const house = await openHouse({ rules: false, withoutCron: true, alone: true })
    house.announce({ logs: [/./], unserved: { most, why: 'it is away' } })
    const giveBack = await takeStoreAway(house)
    for (const n of ['1', '2']) {
      assert.equal((await rawPush(house, textXml('o1', n, '在吗'))).status, 500)
    }
    await giveBack()
    if (ends) await assert.rejects(house.close(), ends)
    else await house.close()
  })
}

void test('pushes that got no usable answer count as unserved, and those that a process itself refused are not counted twice', () => {
  const tried = (more: object) => ({
    n: 1,
    kind: 'push' as const,
    appid: 'wx1',
    path: '/wechat/wx1',
    request: {},
    at: '',
    attempt: 1,
    ...more,
  })
  const ledger = [
    tried({ outcome: 'timeout' }),
    tried({ status: 502, outcome: 'status 502' }),
    tried({ status: 200, outcome: 'invalid: not XML' }),
    tried({ status: 200, outcome: 'ok' }),
    tried({ status: 503, outcome: 'status 503' }),
    tried({ status: 403, outcome: 'status 403' }),
    tried({ attempt: 0, outcome: 'not pushed: MarkFail' }),
  ]
  assert.deepEqual(
    unansweredIn(ledger).map(({ text }) => text.replace(/.*: /, '')),
    ['timeout', 'status 502', 'not XML'],
  )
})
