// Fifty agents, timers and pushes act at the same time, drawn from a seed. At the end the answers,
// the ledger, sessions, loads and the queue index must agree, and at no moment may a follower have
// two open sessions or an agent more than their capacity.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { crowdOfAgents, inParallel } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { times } from '../support/full.ts'
import { callsAt, operate, type Company } from '../support/operations.ts'
import { betweenLooks } from '../support/pauses.ts'
import { openDraw, seedOf } from '../support/random.ts'
import { setAll } from '../support/seen.ts'

const seed = seedOf()
const operations = times(5000, 100_000)
const inFlight = 40
const capacity = 3

void test(`after ${operations} random operations, ${inFlight} at a time, every invariant holds (seed ${seed})`, async (t) => {
  const house = await openHouse({
    rules: false,
    settings: { LOGIN_IDLE_HOURS: '100000', LOGIN_MAX_DAYS: '10000' },
  })
  t.after(() => house.close())
  house.announce({
    logs: [
      'a reply did not simply arrive',
      'rows were held by others for too long',
      'Redis does not answer: the work goes on from SQL',
    ],
    // every sixth operation is a push, and on a busy machine half of the pushes may be told to come
    // again
    unserved: { most: operations / 12, why: 'forty at once on a busy machine; they come again' },
  })
  const company = await openCompany(house)
  const watch = watchInvariants(house)
  await inParallel(Array.from({ length: operations }), inFlight, () => operate(company))
  const looks = await watch.end()

  const { done, refused } = Object.values(company.tally).reduce(
    (sum, one) => ({ done: sum.done + one.done, refused: sum.refused + one.refused }),
    { done: 0, refused: 0 },
  )
  t.diagnostic(
    `seed ${seed}: ${done} done, ${refused} refused by a race (${Math.round((100 * refused) / (done + refused))} %), ${looks} looks in between; ` +
      Object.entries(company.tally)
        .map(([kind, one]) => `${kind} ${one.done}/${one.refused}`)
        .join(', '),
  )
  assert.equal(done + refused, operations)
  assert.ok(refused / (done + refused) >= 0.3, 'they really raced')
  assert.ok(looks >= 5)
  await foldLedgers(house, company)
  for (const url of house.urls) await eventually(() => isClean(house, url), 'queueIndex')
})

async function openCompany(house: House): Promise<Company> {
  const groupIds: number[] = []
  for (const name of ['售前', '售后']) {
    groupIds.push((await house.admin.call('POST', '/api/groups', { name })).body.id as number)
  }
  const agents = (await crowdOfAgents(house, 50, capacity)).map((agent) => ({
    ...agent,
    calls: callsAt(house.urls, agent),
  }))
  for (const [n, { uid }] of agents.entries()) {
    const groups = n % 3 === 0 ? [groupIds[n % 2]] : []
    assert.equal(
      (
        await house.admin.call('PATCH', `/api/users/${uid}`, {
          groupIds: groups,
          ...(n % 10 === 1 && { deputyUids: [agents[n - 1]?.uid] }),
        })
      ).status,
      200,
    )
  }
  await setAll(house, {
    waitingMinutes: 20,
    queueMinutes: 30,
    idleCloseMinutes: 15,
    takeBackMinutes: 8,
    fallbackMinutes: 4,
    groups: { [groupIds[0] ?? 0]: { overflow: { groupId: groupIds[1], waiting: 3, minutes: 5 } } },
  })
  const supervisor = await house.agent('boss', { role: 'supervisor', capacity: 1000 })
  return {
    house,
    draw: openDraw(seed),
    agents,
    supervisor,
    groupIds,
    openids: Array.from({ length: 60 }, (_, n) => `oRandom${String(n).padStart(4, '0')}`),
    views: new Map(),
    told: [],
    tally: {},
    clock: { totalMs: 0 },
    count: 0,
  }
}

/**
 * Checks the invariants again and again while operations run. Each check is a single statement, so
 * it sees one moment.
 */
function watchInvariants(house: House) {
  let looks = 0
  let stopped = false
  const run = async () => {
    while (!stopped) {
      assert.deepEqual(
        await house.rows(
          'select wx_user_id from message_session where state in (0, 1, 2, 3) group by wx_user_id having count(*) > 1',
        ),
        [],
        'one open session',
      )
      assert.deepEqual(
        await house.rows(
          'select l.uid, l.`load`, count(s.session_id) as n from agent_load l left join message_session s on s.uid = l.uid and s.state in (0, 1, 2)' +
            ' group by l.uid, l.`load`, l.capacity having count(s.session_id) <> l.`load` or l.`load` > l.capacity',
        ),
        [],
        'nobody holds more than they may, or than is counted',
      )
      looks += 1
      await betweenLooks(100)
    }
  }
  const running = run()
  running.catch(() => undefined)
  return {
    end: async () => {
      stopped = true
      await running
      return looks
    },
  }
}

type Line = {
  session_id: string
  n: number
  from_state: number | null
  to_state: number
  fence: number
  uid: number | null
}

function follow(before: Line, line: Line): Line {
  assert.equal(line.n, before.n + 1)
  assert.equal(line.from_state, before.n === 0 ? null : before.to_state)
  assert.ok(line.fence >= before.fence, 'the fence only grows')
  if (line.uid !== before.uid) assert.ok(line.fence > before.fence, 'another owner, another fence')
  return line
}

async function foldLedgers(house: House, { told }: Company): Promise<void> {
  const lines = await house.rows<Line>(
    'select session_id, n, from_state, to_state, fence, uid from session_ledger order by session_id, n',
  )
  const sessions = await house.rows<{
    session_id: string
    state: number
    fence: number
    uid: number | null
    ledger_n: number
  }>('select session_id, state, fence, uid, ledger_n from message_session')
  const byId = new Map<string, Line[]>()
  for (const line of lines) byId.set(line.session_id, [...(byId.get(line.session_id) ?? []), line])
  assert.ok(sessions.length > 20)
  for (const session of sessions) {
    const own = byId.get(session.session_id) ?? []
    const born: Line = {
      session_id: '',
      n: 0,
      from_state: null,
      to_state: NaN,
      fence: 0,
      uid: null,
    }
    const last = own.reduce(follow, born)
    assert.deepEqual(
      [last.to_state, last.fence, last.uid, last.n],
      [session.state, session.fence, session.uid, session.ledger_n],
      session.session_id,
    )
  }
  for (const { id, uid, fence } of told) {
    assert.ok(
      byId.get(id)?.some((line) => line.uid === uid && line.fence === fence),
      `agent ${uid} was told that ${id} is theirs with fence ${fence}, and no ledger knows`,
    )
  }
  assert.ok(told.length > 50)
}

async function isClean(house: House, url: string): Promise<void> {
  const answer = await fetch(`${url}/api/admin/self-check?most=1000000`, {
    headers: { Authorization: `Bearer ${house.admin.token}` },
  })
  const { ok, promises } = (await answer.json()) as { ok: boolean; promises: object[] }
  assert.equal(ok, true, JSON.stringify(promises))
}
