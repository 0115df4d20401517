// Whatever is answered is on disk: as long as the disk is still writing, nobody is told that their
// data are stored.
import assert from 'node:assert/strict'
import { fdatasync } from 'node:fs'
import test from 'node:test'
import { promisify } from 'node:util'
import { openHouse, password, post, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

const force = promisify(fdatasync)

type Go = () => void

/** A disk that completes no write while it is held. */
function slowDisk() {
  let held: Go[] | null = null
  return {
    hold: () => {
      held = []
    },
    /** Writes that were requested and are not complete. */
    waiting: (): Go[] => [...(held ?? [])],
    keep: (some: Go[]) => {
      held &&= held.filter((go) => !some.includes(go))
      for (const go of some) go()
    },
    letGo: () => {
      const some = held ?? []
      held = null
      for (const go of some) go()
    },
    disk: {
      force: async (file: number) => {
        if (held) await new Promise<void>((resolve) => held?.push(resolve))
        return force(file)
      },
    },
  }
}

type Scene = { house: House; agent: Actor; other: Actor; id: string }
type Act = {
  promise: string
  /** Prepares what the call under test needs, such as a session for a claim. */
  before?: (at: Scene) => Promise<unknown>
  ask: (at: Scene) => Promise<{ status: number }>
  /** A query that finds the row which the call writes. */
  written: string
}

const push = ({ house }: Pick<Scene, 'house'>, openid: string, text: string) =>
  rawPush(house, textXml(openid, text, text))
const claim = ({ agent, id }: Scene) => agent.call('POST', `/api/sessions/${id}/claim`, {})
const verb = (who: Actor, path: string, body: object = {}) =>
  who.call('POST', `/api/sessions/${path}`, body)
const transfer = ({ agent, other, id }: Scene) =>
  verb(agent, `${id}/transfer`, { agentUid: other.uid })

const acts: Act[] = [
  {
    promise: 'no push is answered before it is on disk',
    ask: (at) => push(at, 'o1', '二'),
    written: "select * from message_data where text = '二'",
  },
  {
    promise: 'no claim of the next session is answered before it is on disk',
    ask: ({ agent }) => agent.call('POST', '/api/sessions/claim', {}),
    written: 'select * from message_session where state = 1',
  },
  {
    promise: 'no claim of a certain session is answered before it is on disk',
    ask: claim,
    written: 'select * from message_session where state = 1',
  },
  {
    promise: 'no reply is answered before it is on disk',
    before: claim,
    ask: ({ agent, id }) =>
      verb(agent, `${id}/messages`, { clientMsgId: 'r', type: 'text', text: '在' }),
    written: "select * from message_data where text = '在'",
  },
  {
    promise: 'no note is answered before it is on disk',
    before: claim,
    ask: ({ agent, id }) => verb(agent, `${id}/notes`, { text: '记一下' }),
    written: "select * from message_data where text = '记一下'",
  },
  {
    promise: 'no transfer is answered before it is on disk',
    before: claim,
    ask: transfer,
    written: 'select * from message_session where state = 0',
  },
  {
    promise: 'no acceptance of a session is answered before it is on disk',
    before: async (at) => [await claim(at), await transfer(at)],
    ask: ({ other, id }) => verb(other, `${id}/accept`),
    written: 'select * from message_session where state = 1',
  },
  {
    promise: 'no closing of a session is answered before it is on disk',
    before: claim,
    ask: ({ agent, id }) => verb(agent, `${id}/close`),
    written: 'select * from message_session where state = -1',
  },
  {
    promise: 'no new rule is answered before it is on disk',
    ask: ({ house }) =>
      house.admin.call('POST', '/api/rules', {
        name: '新',
        match: { kind: 'exact', keywords: ['价'] },
        action: { kind: 'text', text: '…' },
      }),
    written: "select * from message_rule where name = '新'",
  },
  {
    promise: 'no sign-in is answered before it is on disk',
    before: ({ agent }) => agent.call('POST', '/api/logout', {}),
    ask: ({ house }) =>
      post(`${house.url}/api/login`, { username: 'a', password }).then(() => ({ status: 200 })),
    written: "select * from login l join user u on u.uid = l.uid where u.username = 'a'",
  },
]

for (const { promise, before, ask, written } of acts) {
  void test(`${promise}, even though the row can already be read from the database`, async (t) => {
    const slow = slowDisk()
    const house = await openHouse({ rules: false, withoutCron: true, disk: slow.disk })
    t.after(async () => {
      slow.letGo()
      await house.close()
    })
    assert.equal((await push({ house }, 'o1', '一')).status, 200, 'the premise')
    const [session] = await house.rows<{ id: string }>(
      'select session_id as id from message_session',
    )
    const at = {
      house,
      agent: await house.agent('a'),
      other: await house.agent('b'),
      id: session?.id ?? '',
    }
    await before?.(at)
    assert.deepEqual(await house.rows(written), [], 'the premise')

    slow.hold()
    let answered = 0
    const asked = ask(at).finally(() => {
      answered += 1
    })
    await eventually(async () => {
      const before = slow.waiting()
      const rows = await house.rows(written)
      // writes that wait for the disk before the row is written do not belong to the call under
      // test, so they are let through
      if (rows.length === 0) slow.keep(before)
      assert.equal(rows.length, 1)
      assert.ok(slow.waiting().length > 0)
    })
    // the call is still unanswered after 50 requests; if it did not wait for the disk, it would
    // have been answered long before
    for (let n = 0; n < 50; n += 1) assert.ok((await fetch(`${house.url}/healthz`)).ok)
    assert.equal(answered, 0)
    slow.letGo()
    const { status } = await asked
    assert.ok(status < 300, String(status))
  })
}
