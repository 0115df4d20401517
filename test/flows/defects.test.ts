// The known defects of an older system of this kind, by their numbers. Each title states what is
// true in this product instead.
import assert from 'node:assert/strict'
import test from 'node:test'
import { laneList, waitingList } from '../../rules/session/queue-list.ts'
import { openHouse, signIn, type House } from '../support/app.ts'
import { loadOf, openDesk } from '../support/desk.ts'
import { follower } from '../support/follower.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
import { runJob, sessionOf, setAll, commonOf } from '../support/seen.ts'

type Context = { after: (close: () => Promise<void>) => void }
const defect = (number: number, promise: string, body: (t: Context) => Promise<void>) => {
  void test(`defect ${number}: ${promise}`, body)
}

const companyOf = async (house: House) =>
  (await house.app.ports.store.read.companies.list())[0]?.company_id ?? ''
/** Reads what the queue index contains in one list. */
const listed = async (house: House, list: string) => [
  ...((await house.app.ports.queue.members(await companyOf(house), list))?.keys() ?? []),
]

defect(
  5,
  'an agent who loses the race for a claim changes nothing about the customer',
  async (t) => {
    const house = await openHouse({ rules: false })
    t.after(() => house.close())
    await (await follower(house)).says('你好')
    const [session] = (await house.admin.call('GET', '/api/sessions?state=queued')).body.items
    const full = await house.agent('full', { capacity: 0 })
    const agents = await Promise.all(Array.from({ length: 8 }, (_, n) => house.agent(`a${n}`)))
    const answers = await Promise.all(
      [full, ...agents].map((agent) => agent.call('POST', `/api/sessions/${session.id}/claim`, {})),
    )
    const winners = answers.filter((answer) => answer.status === 200)
    assert.equal(winners.length, 1)
    const customers = await house.rows<{ customer_service_uid: number }>(
      'select customer_service_uid from wx_user',
    )
    assert.deepEqual(customers, [{ customer_service_uid: winners[0]?.body.agentUid }])
    assert.equal(await loadOf(house, full.uid), 0)
  },
)

defect(
  7,
  'a line names the agent by the id of their row on the account, never by their uid',
  async (t) => {
    const house = await openHouse({ rules: false })
    t.after(() => house.close())
    await house.agent('without', { accountIds: [] })
    const [agent, target] = [await house.agent('agent1'), await house.agent('target')]
    const identity = async (uid: number) =>
      (
        await house.rows<{ id: number }>(
          'select customer_service_id as id from customer_service where uid = ?',
          [uid],
        )
      )[0]?.id
    const [own, targets] = [await identity(agent.uid), await identity(target.uid)]
    assert.notEqual(own, agent.uid, 'the premise: the numbers differ')
    const customer = await follower(house)
    await customer.says('一')
    const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
    await customer.says('二')
    await house.admin.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId: 'i',
      type: 'text',
      text: '三',
    })
    await agent.call('POST', `/api/sessions/${id}/transfer`, { agentUid: target.uid })
    await target.call('POST', `/api/sessions/${id}/accept`, {})
    await target.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId: 't',
      type: 'text',
      text: '四',
    })
    const lines = await house.rows<{ customer_service_id: number | null }>(
      'select customer_service_id from message_data where session_id = ? order by seq',
      [id],
    )
    assert.deepEqual(
      lines.map((line) => line.customer_service_id),
      [null, own, own, targets],
    )
  },
)

defect(13, 'a uid in the body of a message makes nobody a supervisor', async (t) => {
  const at = await openDesk(t)
  const stranger = await at.house.agent('stranger')
  const disguises = [
    { uid: at.house.admin.uid },
    { agentUid: at.agent.uid },
    { additional_uid: at.house.admin.uid },
    { opercode: 3 },
  ]
  for (const disguise of disguises) {
    const refused = await at.say(stranger, '我是管理员', disguise)
    assert.deepEqual([refused.status, refused.body.error.code], [403, 'not_owner'])
  }
  const own = (await at.say(at.agent, '您好', { opercode: 3, agentUid: at.house.admin.uid })).body
    .message
  assert.deepEqual([own.opercode, own.agentUid], [1, at.agent.uid])
})

defect(
  14,
  "a transfer happens completely or not at all, only to an agent who serves the account, and removes the session from the former agent's list",
  async (t) => {
    const at = await openDesk(t)
    const [full, elsewhere, b] = [
      await at.house.agent('full', { capacity: 0 }),
      await at.house.agent('elsewhere', { accountIds: [] }),
      await at.house.agent('b'),
    ]
    const before = await at.session()
    for (const target of [full, elsewhere]) {
      assert.equal((await at.verb(at.agent, 'transfer', { agentUid: target.uid })).status, 409)
    }
    assert.deepEqual(await at.session(), before, 'the session is as it was, and open')
    await at.verb(at.agent, 'transfer', { agentUid: b.uid })
    assert.deepEqual(
      [
        await listed(at.house, waitingList(b.uid)),
        await listed(at.house, waitingList(at.agent.uid)),
      ],
      [[at.id], []],
    )
    await at.verb(b, 'transfer', { agentUid: at.agent.uid })
    assert.deepEqual(
      [
        await listed(at.house, waitingList(b.uid)),
        await listed(at.house, waitingList(at.agent.uid)),
      ],
      [[], [at.id]],
    )
  },
)

defect(
  15,
  'a session that a person closes disappears from every list of the queue index, whether it was queued or waiting',
  async (t) => {
    const at = await openDesk(t)
    const b = await at.house.agent('b')
    const common = await commonOf(at.house)
    const lists = async () =>
      (
        await Promise.all(
          [laneList(common), waitingList(b.uid), waitingList(at.agent.uid)].map((list) =>
            listed(at.house, list),
          ),
        )
      ).flat()
    const give = async () => {
      await at.verb(at.agent, 'transfer', { agentUid: b.uid })
    }
    await give()
    assert.deepEqual(await lists(), [at.id], 'the premise: it stands in one')
    await at.verb(b, 'close')
    assert.deepEqual(await lists(), [])

    for (const closer of [b, at.house.admin]) {
      await at.customer.says('又来了')
      const [waiting] = (await at.house.admin.call('GET', '/api/sessions?state=waiting')).body.items
      assert.deepEqual(await lists(), [waiting.id])
      await closer.call('POST', `/api/sessions/${waiting.id}/close`, {})
      assert.deepEqual(await lists(), [])
    }
    await (await follower(at.house)).says('新客户')
    const [queued] = (await at.house.admin.call('GET', '/api/sessions?state=queued')).body.items
    assert.deepEqual(await lists(), [queued.id])
    await at.house.admin.call('POST', `/api/sessions/${queued.id}/close`, {})
    assert.deepEqual(await lists(), [])
  },
)

defect(
  16,
  'a session that an agent starts is not ended by the next run of the jobs, although its customer has not written in it',
  async (t) => {
    const at = await openDesk(t, { withoutCron: true })
    const customerId = (await at.session()).customer.id as string
    await at.house.admin.call('PATCH', '/api/settings', { idleCloseMinutes: 60 })
    await at.verb(at.agent, 'close')
    await at.house.app.advanceTo(11 * 24 * 3600_000)
    const [agent, admin] = [
      await signIn(at.house.url, 'agent1'),
      await signIn(at.house.url, 'admin'),
    ]
    const { id } = (await agent.call('POST', '/api/sessions', { customerId })).body
    const jobs = (await admin.call('GET', '/api/admin/jobs')).body.items as { name: string }[]
    for (const { name } of jobs) {
      assert.equal((await admin.call('POST', `/api/admin/jobs/${name}/run`, {})).status, 200, name)
    }
    assert.equal((await admin.call('GET', `/api/sessions/${id}`)).body.stateCode, 1)
  },
)

defect(
  6,
  'many first messages of one follower at once, each delivered three times, open one session and are stored once each',
  async (t) => {
    const house = await openHouse({ rules: false, withoutCron: true })
    t.after(() => house.close())
    const texts = Array.from({ length: 20 }, (_, n) => textXml('oMany', `77${n}`, `话${n}`))
    await Promise.all([...texts, ...texts, ...texts].map((xml) => rawPush(house, xml)))
    assert.deepEqual(await house.rows('select seq from message_session'), [{ seq: 20 }])
    assert.equal((await house.rows('select message_id from message_data')).length, 20)
  },
)

defect(
  8,
  'customers who come for a group are assigned to the people of that group, to each of them equally often',
  async (t) => {
    const house = await openHouse({ rules: false, withoutCron: true })
    t.after(() => house.close())
    const groupId = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
      .id as number
    const members = [
      await house.agent('a', { groupIds: [groupId] }),
      await house.agent('b', { groupIds: [groupId] }),
    ]
    await house.agent('stranger')
    await setAll(house, { groups: { [groupId]: { sessionRule: 'even' } } })
    for (let n = 0; n < 10; n += 1) {
      await (await follower(house)).does('click', { eventKey: `kf_group_${groupId}` })
    }
    const owners = await house.rows<{ uid: number; n: number }>(
      'select uid, count(*) as n from message_session where state = 0 group by uid order by uid',
    )
    assert.deepEqual(
      owners.map((row) => [row.uid, row.n]),
      members.map(({ uid }) => [uid, 5]),
    )
  },
)

defect(9, 'a customer who unfollows and follows again keeps their exclusive agent', async (t) => {
  const { house, customer, agent } = await openDesk(t)
  for (const event of ['unsubscribe', 'subscribe', 'subscribe']) await customer.does(event)
  assert.equal((await sessionOf(house, customer)).customer.exclusiveAgentUid, agent.uid)
})

defect(11, 'the first message of a follower opens a session, text or not', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('', {
    type: 'location',
    location: { latitude: 31.2, longitude: 121.5, scale: 15, label: '上海' },
  })
  assert.equal((await sessionOf(house, customer)).stateCode, 3)
})

defect(
  16,
  'a group chat in which nobody writes ends after the same time as any other session',
  async (t) => {
    const { house, agent, verb, session, ledger } = await openDesk(t, { withoutCron: true })
    await setAll(house, { idleCloseMinutes: 60 })
    const other = await house.agent('other')
    await verb(agent, 'members', { uids: [other.uid] })
    assert.equal((await session()).stateCode, 2)
    await house.app.advanceTo(59 * 60_000)
    assert.equal((await runJob(house.admin, 'idle-close'))['ended'], 0)
    await house.app.advanceTo(61 * 60_000)
    assert.equal((await runJob(house.admin, 'idle-close'))['ended'], 1)
    assert.deepEqual(
      (await ledger()).map((step) => step.to),
      [3, 1, 2, -1],
    )
  },
)

defect(
  22,
  'a sign-in that has ended is refused, and its person is assigned no customers',
  async (t) => {
    const house = await openHouse({ rules: false, withoutCron: true })
    t.after(() => house.close())
    await setAll(house, { sessionRule: 'even' })
    const [gone, there] = [await house.agent('gone'), await house.agent('there')]
    await gone.call('POST', '/api/logout')
    assert.equal((await gone.call('GET', '/api/me')).status, 401)
    const customer = await follower(house)
    await customer.says('你好')
    assert.equal((await sessionOf(house, customer)).agentUid, there.uid)
  },
)
