// The story of the product from outside: a follower writes, an agent answers, ten days pass.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, signIn } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

for (const mode of ['plain', 'safe'] as const) {
  void test(`a follower is answered by an agent, reclaimed after ten days, and queued again with the next message (${mode} mode)`, async (t) => {
    const house = await openHouse({ mode })
    t.after(() => house.close())
    const customer = await follower(house)
    const pushed = await customer.says('你好')
    assert.equal(pushed.status, 200)
    assert.deepEqual(
      pushed.shown.map((one) => one.way),
      ['passive'],
    )

    const agent = await house.agent('agent1')
    const queued = await agent.call('GET', '/api/sessions?state=queued')
    assert.equal(queued.body.items.length, 1)
    assert.equal(queued.body.items[0].stateCode, 3)
    const claimed = await agent.call('POST', '/api/sessions/claim', {})
    assert.equal(claimed.status, 200)
    assert.equal(claimed.body.agentUid, agent.uid)
    assert.equal(claimed.body.customer.exclusiveAgentUid, agent.uid)

    const sent = await agent.call('POST', `/api/sessions/${claimed.body.id}/messages`, {
      clientMsgId: 'one',
      type: 'text',
      text: '有什么可以帮您？',
      fence: claimed.body.fence,
    })
    assert.equal(sent.status, 202)
    await eventually(async () => {
      const items = await customer.inbox()
      assert.deepEqual(
        items.map((item) => item.way),
        ['passive', 'custom'],
      )
      assert.equal(items[1]?.text, '有什么可以帮您？')
    })
    await eventually(async () => {
      const lines = (await agent.call('GET', `/api/sessions/${claimed.body.id}/messages`)).body
        .items as { seq: number; delivery?: { state: string } }[]
      assert.deepEqual(
        lines.map((line) => [line.seq, line.delivery?.state]),
        [
          [1, undefined],
          [2, 'sent'],
          [3, 'sent'],
        ],
      )
    })

    const tenDays = 10 * 24 * 3600_000
    await house.app.advanceTo(tenDays + 5000)
    assert.equal((await agent.call('GET', '/api/me')).status, 401, 'the sign-in has ended by then')
    const again = await signIn(house.url, 'agent1')
    await eventually(async () => {
      const ended = await again.call('GET', `/api/sessions/${claimed.body.id}`)
      assert.equal(ended.body.stateCode, -1)
      assert.equal(ended.body.closeReason, 'reclaimed')
      assert.equal(ended.body.customer.exclusiveAgentUid, -1)
    }, 'movedClock')

    await customer.says('还在吗')
    const anew = (await again.call('GET', '/api/sessions?state=queued')).body.items as {
      id: string
      stateCode: number
    }[]
    assert.equal(anew.length, 1)
    assert.notEqual(anew[0]?.id, claimed.body.id)
    assert.equal(anew[0]?.stateCode, 3)
  })
}
