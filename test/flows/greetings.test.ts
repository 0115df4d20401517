// A greeting is a line like any other. In whatever way a session gets its agent, the greeting must
// not damage it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { runJob, sessionOf, setAll } from '../support/seen.ts'

type Place = { house: House; agent: Actor; other: Actor; customer: Follower; id: string }
type Given = { says: string; settings?: object; come: (at: Place) => Promise<void> }

const done = async (who: Actor, path: string, body: object = {}) => {
  const answer = await who.call('POST', path, body)
  assert.ok(answer.status < 300, `${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body as { id: string; stateCode: number }
}
const at = (id: string, verb: string) => `/api/sessions/${id}/${verb}`

const ways: Record<string, Given> = {
  'claimed by its id': {
    says: 'agent1',
    come: async ({ agent, id }) => {
      await done(agent, at(id, 'claim'))
    },
  },
  'claimed as the next one': {
    says: 'agent1',
    come: async ({ agent, id }) => {
      assert.equal((await done(agent, '/api/sessions/claim')).id, id)
    },
  },
  'claimed and transferred with a note, then accepted': {
    says: 'other',
    come: async ({ agent, other, id }) => {
      await done(agent, at(id, 'claim'))
      await done(agent, at(id, 'transfer'), { agentUid: other.uid, note: '请接手' })
      await done(other, at(id, 'accept'))
    },
  },
  'claimed with autoAcceptFirst by an agent without a conversation': {
    says: 'agent1',
    settings: { autoAcceptFirst: true },
    come: async ({ agent, id }) => {
      await done(agent, at(id, 'claim'))
    },
  },
  'claimed behind another, and gone on with when that one ends': {
    says: 'agent1',
    settings: { autoAcceptFirst: true },
    come: async ({ house, agent, id }) => {
      const first = await follower(house)
      await first.says('我先')
      await done(agent, at((await sessionOf(house, first)).id, 'claim'))
      assert.equal((await done(agent, at(id, 'claim'))).stateCode, 0)
      await done(agent, at((await sessionOf(house, first)).id, 'close'))
    },
  },
  'assigned and accepted': {
    says: 'agent1',
    settings: { sessionRule: 'even' },
    come: async ({ house, agent, other, id }) => {
      await other.call('PUT', '/api/me/presence', { status: 'away' })
      await house.admin.call('PUT', '/api/me/presence', { status: 'away' })
      await eventually(async () => {
        await runJob(house.admin, 'assign')
        assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.stateCode, 0)
      })
      await done(agent, at(id, 'accept'))
    },
  },
  'taken over after a claim, with the first agent as a member': {
    says: 'agent1',
    come: async ({ house, agent, id }) => {
      await done(agent, at(id, 'claim'))
      await done(house.admin, at(id, 'takeover'))
      await done(house.admin, at(id, 'members'), { uids: [agent.uid] })
    },
  },
}

const whoseGreetings = (way: string) =>
  way === 'claimed by its id' ? (['company', 'agent'] as const) : (['company'] as const)

for (const [way, { says, settings = {}, come }] of Object.entries(ways)) {
  for (const whose of whoseGreetings(way)) {
    void test(`after a session was ${way} with a greeting (the ${whose}'s), its customer can write and be answered`, async (t) => {
      const house = await openHouse({ rules: false, withoutCron: true })
      t.after(() => house.close())
      const customer = await follower(house)
      await customer.says('在吗')
      const [agent, other] = [await house.agent('agent1'), await house.agent('other')]
      if (whose === 'agent') {
        for (const one of [agent, other]) {
          await one.call('PUT', '/api/me/greeting', { text: '您好，我是{name}' })
        }
      }
      await setAll(house, {
        ...settings,
        ...(whose === 'company' && { greeting: '您好，我是{name}' }),
      })
      const { id } = await sessionOf(house, customer)
      await come({ house, agent, other, customer, id })

      const pushed = await Promise.all(['一', '二'].map((text) => customer.says(text)))
      assert.deepEqual(
        pushed.map((one) => one.status),
        [200, 200],
      )
      const body = { clientMsgId: 'reply', type: 'text', text: '请讲' }
      await done(house.admin, at(id, 'messages'), body)
      await done(house.admin, at(id, 'notes'), { text: '老客户' })
      await wholeAndHeard(house, id, [`您好，我是${says}`, '一', '二', '请讲', '老客户'])
    })
  }
}

async function wholeAndHeard(house: House, id: string, texts: string[]): Promise<void> {
  const session = (await house.admin.call('GET', `/api/sessions/${id}`)).body as {
    seq: number
    visitorOffset: number
    agentOffset: number
    lastMessage: { id: string }
  }
  const lines = (await house.admin.call('GET', `/api/sessions/${id}/messages`)).body.items as {
    id: string
    seq: number
    text: string
  }[]
  for (const text of texts) {
    assert.equal(lines.filter((line) => line.text === text).length, 1, `${text} once`)
  }
  assert.deepEqual(
    lines.map((line) => line.seq),
    lines.map((_, n) => n + 1),
  )
  const last = lines.at(-1)
  assert.deepEqual(
    [session.seq, session.visitorOffset + session.agentOffset, session.lastMessage.id],
    [last?.seq, last?.seq, last?.id],
  )
  const refused = await house.rows("select * from inbox where state = 'refused'")
  assert.deepEqual(refused, [])
  await runJob(house.admin, 'queue-reconcile')
  const check = (await house.admin.call('GET', '/api/admin/self-check')).body as {
    promises: { id: string; verdict: string; detail: string }[]
  }
  assert.deepEqual(
    check.promises.filter((one) => one.id === 'P7' && one.verdict !== 'ok'),
    [],
  )
}
