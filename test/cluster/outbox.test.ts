// A lease expires while its holder is storing the result: the line and its outbox row must still
// agree.
import assert from 'node:assert/strict'
import test from 'node:test'
import { sweepOutbox } from '../../src/actions/jobs/outbox-sweep.ts'
import type { Unit } from '../../src/ports.ts'
import { openHouse, post } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { insteadOf, losesLeases } from '../support/obstacles.ts'

void test('the job that gives up expired replies changes nothing if the sender has stored the result meanwhile', async (t) => {
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    alone: true,
    wrap: losesLeases,
  })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('你好')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await post(`${house.simulator}/sim/faults`, {
    path: '/cgi-bin/message/custom/send',
    kind: 'slow',
    delayMs: 7500,
  })
  await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在',
  })
  const states = () =>
    house.rows<{ line: string; row: string }>(
      'select m.delivery as line, o.state as `row` from message_data m join outbox o on o.outbox_id = m.message_id',
    )
  await eventually(async () => {
    assert.deepEqual(await states(), [{ line: 'sending', row: 'sending' }])
  })
  await house.app.advanceTo(60_000)

  const { ports } = house.app
  let waited = 0
  const late = (unit: Unit): Unit =>
    insteadOf(unit, 'sessions', {
      lock: async (companyId, sessionId) => {
        waited += 1
        await eventually(async () => {
          assert.equal((await states())[0]?.row, 'sent')
        })
        return unit.sessions.lock(companyId, sessionId)
      },
    })
  const raced: typeof ports = {
    ...ports,
    store: {
      ...ports.store,
      work: (kind, body, limits) => ports.store.work(kind, (unit) => body(late(unit)), limits),
    },
  }
  assert.deepEqual(await sweepOutbox(raced), { unknown: 0 })
  assert.equal(waited, 1, 'the premise: it had looked before')
  assert.deepEqual(await states(), [{ line: 'sent', row: 'sent' }])
})
