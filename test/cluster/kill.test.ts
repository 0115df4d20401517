// Both processes are killed at random moments under load and started again, like a machine whose
// power fails again and again.
import assert from 'node:assert/strict'
import test from 'node:test'
import { type LedgerItem, openSimulator } from 'wechat-simulator'
import { testAccount, openHouse, post, signIn } from '../support/app.ts'
import { openSecond, type Second } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { times } from '../support/full.ts'
import { comesLater, lasts } from '../support/pauses.ts'
import { rawPush, textXml } from '../support/raw-push.ts'

void test('after random kills of both processes every push answered 200 is stored once, no reply is sent twice, and no reply stays unfinished', async (t) => {
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  t.after(() => simulator.close())
  // this product only keeps the database and watches it; the processes that are killed run beside
  // it
  const house = await openHouse({
    simulatorUrl: simulator.url,
    rules: false,
    alone: true,
    withoutCron: true,
  })
  const processes: (Second | null)[] = [null, null]
  const unserved: string[] = []
  t.after(async () => {
    for (const one of processes) one?.child.kill('SIGKILL')
    await house.close()
  })
  const settings = Object.fromEntries(
    Object.entries(house.config)
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => [name, String(value)]),
  )
  const start = async (at: number) => {
    processes[at] = await openSecond(
      { ...settings, PORT: '0' },
      {
        withoutCron: false,
        hear: ({ level, text }) => {
          if (level === 'unserved') unserved.push(text)
        },
      },
    )
  }
  await Promise.all([start(0), start(1)])
  const alive = () => processes.filter((one) => one !== null && one.child.signalCode === null)
  const anyUrl = () =>
    alive()[Math.floor(Math.random() * alive().length)]?.url ?? 'http://127.0.0.1:9'
  await post(`${simulator.url}/sim/accounts`, {
    ...testAccount,
    callbackUrl: `${house.url}/wechat/${testAccount.appid}`,
  })
  await house.agent('agent1', { capacity: 1000 })

  let running = true
  const answered = new Set<string>()
  const openids = await Promise.all(
    Array.from(
      { length: 8 },
      async () =>
        (
          (await post(`${simulator.url}/sim/followers`, { appid: testAccount.appid })) as {
            openid: string
          }
        ).openid,
    ),
  )
  const pusher = async (openid: string, which: number): Promise<void> => {
    for (let n = 0; running; n += 1) {
      // from time to time the follower also writes through the simulator, because the simulated
      // WeChat accepts replies only to followers who have written to it
      if (n % 4 === 0) {
        await post(`${simulator.url}/sim/followers/${openid}/send`, {
          appid: testAccount.appid,
          type: 'text',
          text: '在吗',
        })
      }
      const msgId = `9${which}${String(n).padStart(8, '0')}`
      // the push is tried three times, as WeChat does, at whichever process is running
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const answer = await rawPush({ url: anyUrl() }, textXml(openid, msgId, `第${n}句`)).catch(
          () => null,
        )
        if (answer?.status === 200) answered.add(`m:${msgId}`)
        if (answer?.status === 200) break
        await comesLater(50)
      }
    }
  }
  const replier = async (): Promise<void> => {
    for (let n = 0; running; n += 1) {
      try {
        const agent = await signIn(anyUrl(), 'agent1')
        const claimed = await agent.call('POST', '/api/sessions/claim', {})
        const mine = (await agent.call('GET', '/api/sessions?state=active&mine=true')).body
          .items as { id: string }[]
        for (const { id } of [
          ...(claimed.status === 200 ? [claimed.body as { id: string }] : []),
          ...mine,
        ]) {
          await agent.call('POST', `/api/sessions/${id}/messages`, {
            clientMsgId: `r${n}-${id}`,
            type: 'text',
            text: `回复 ${n} ${id}`,
          })
        }
      } catch {
        // a call may get no answer, because the process died during it
      }
      await comesLater(30)
    }
  }
  const load = [...openids.map(pusher), replier()]
  for (let kill = 0; kill < times(3, 10); kill += 1) {
    await lasts(300 + Math.random() * 1200)
    for (const one of processes) one?.child.kill('SIGKILL')
    await Promise.all([start(0), start(1)])
  }
  await eventually(() => {
    assert.ok(answered.size > 50, `${answered.size} pushes were answered`)
  }, 'start')
  running = false
  await Promise.all(load)
  assert.deepEqual(
    unserved,
    [],
    'a process that lives serves every request, whatever happens to the other one',
  )

  const stored = await house.rows<{ dedup_key: string; n: number }>(
    "select dedup_key, count(*) as n from inbox where dedup_key like 'm:9%' group by dedup_key",
  )
  const keys = new Map(stored.map((row) => [row.dedup_key, row.n]))
  assert.deepEqual(
    [...answered].filter((key) => keys.get(key) !== 1),
    [],
    'answered and not stored once',
  )
  const lines = await house.rows<{ n: number }>(
    'select (select count(*) from message_data where opercode = 2) - (select count(*) from inbox) as n',
  )
  assert.equal(Number(lines[0]?.n), 0, 'one line a push')
  const holes =
    await house.rows(`select s.session_id from message_session s join message_data m on m.session_id = s.session_id
    group by s.session_id, s.seq having count(*) <> s.seq or max(m.seq) <> s.seq`)
  assert.deepEqual(holes, [])

  // moves the clock, so that the leases of dead processes expire
  for (const one of processes) await one?.advanceTo(30_000)
  await house.app.advanceTo(30_000)
  await eventually(async () => {
    assert.deepEqual(
      await house.rows(
        "select outbox_id, state, way from outbox where state in ('pending', 'sending')",
      ),
      [],
    )
  }, 'movedClock')
  const { items } = (await (await fetch(`${simulator.url}/sim/ledger?limit=10000`)).json()) as {
    items: LedgerItem[]
  }
  const sent = items
    .filter((item) => item.path.includes('custom/send') && item.errcode === 0)
    .map((item) => JSON.stringify(item.request))
  assert.ok(sent.length > 0, 'the premise: replies were sent')
  assert.equal(new Set(sent).size, sent.length, 'no reply twice')
})
