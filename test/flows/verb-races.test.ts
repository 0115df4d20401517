// Transfers, closes and claims of one session at the same time, including A→B→A. The ledger must be
// consistent: each step starts where the last ended, each has one owner, the fence only grows, and
// it agrees with what agents were told.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { loadOf } from '../support/desk.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'

type Step = {
  n: number
  from: number | null
  to: number
  fence: number
  agentUid: number | null
  reason: string
}
type Answer = { status: number; body: any }

const rounds = times(40, 1000)
const atOnce = 8
const verbs = 7
const seed = Math.floor(Math.random() * 2 ** 31)

/** Repeatable random numbers that do not depend on which call is faster. */
function numbers(from: number): (below: number) => number {
  let state = from
  return (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor(state / 65536) % below
  }
}

void test(`after ${rounds} races of transfer, close and claim no session is lost and every outdated fence was refused (seed ${seed})`, async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const agents = [await house.agent('a'), await house.agent('b'), await house.agent('c')]
  const tally = { won: 0, refused: 0, stale: 0 }
  const draw = numbers(seed)
  for (let round = 0; round < rounds; round += atOnce) {
    await Promise.all(
      Array.from({ length: Math.min(atOnce, rounds - round) }, () =>
        race(house, agents, { drawn: Array.from({ length: 5 }, () => draw(verbs)), tally }),
      ),
    )
  }

  for (const agent of agents) {
    const [owned] = await house.rows<{ n: number }>(
      'select count(*) as n from message_session where uid = ? and state in (0, 1, 2)',
      [agent.uid],
    )
    assert.equal(await loadOf(house, agent.uid), Number(owned?.n), 'the load is the count')
  }
  t.diagnostic(
    `${tally.won} won, ${tally.refused} refused by a race, ${tally.stale} stale fences refused`,
  )
  assert.ok(
    tally.refused / (tally.refused + tally.won) >= 0.3,
    `they really raced: ${JSON.stringify(tally)}`,
  )
  assert.ok(tally.stale >= rounds / 2)
})

type Racing = { drawn: number[]; tally: { won: number; refused: number; stale: number } }

async function race(house: House, agents: Actor[], { drawn, tally }: Racing): Promise<void> {
  await (await follower(house)).says('你好')
  const [a, b, c] = agents as [Actor, Actor, Actor]
  const path = await claimMine(a)
  const first = (await a.call('GET', path)).body
  // five calls are drawn from these: A gives the session to B or C or closes it, C claims it, B
  // gives it back or accepts it, and the admin takes it over. Every order of them must leave the
  // ledger consistent
  const verb = [
    () => a.call('POST', `${path}/transfer`, { agentUid: b.uid, fence: first.fence }),
    () => a.call('POST', `${path}/transfer`, { agentUid: c.uid, fence: first.fence }),
    () => a.call('POST', `${path}/close`, { fence: first.fence }),
    () => c.call('POST', `${path}/claim`, {}),
    () => b.call('POST', `${path}/transfer`, { agentUid: a.uid }),
    () => b.call('POST', `${path}/accept`, {}),
    () => house.admin.call('POST', `${path}/takeover`, {}),
  ]
  assert.equal(verb.length, verbs)
  const answers = await Promise.all(drawn.map((which) => (verb[which] as () => Promise<Answer>)()))
  for (const { status, body } of answers) {
    assert.ok(
      status === 200 || status === 403 || status === 409,
      `${status} ${JSON.stringify(body)}`,
    )
    tally[status === 200 ? 'won' : 'refused'] += 1
  }
  await checkLedger(house, path, first.fence)
  const now = (await house.admin.call('GET', path)).body
  if (now.fence > first.fence) await refuseStale(a, path, { first, tally })
  await house.admin.call('POST', `${path}/close`, {})
}

async function refuseStale(
  a: Actor,
  path: string,
  { first, tally }: { first: { id: string; fence: number }; tally: Racing['tally'] },
): Promise<void> {
  const stale = await a.call('POST', `${path}/messages`, {
    clientMsgId: `stale-${first.id}`,
    type: 'text',
    text: 'x',
    fence: first.fence,
  })
  assert.ok(
    ['session_moved', 'session_not_open'].includes(stale.body.error?.code),
    JSON.stringify(stale.body),
  )
  tally.stale += 1
}

/** Claims the next session, whichever it is, because several races run in parallel. */
async function claimMine(agent: Actor): Promise<string> {
  for (;;) {
    const claimed = await agent.call('POST', '/api/sessions/claim', {})
    if (claimed.status === 200) return `/api/sessions/${claimed.body.id}`
  }
}

async function checkLedger(house: House, path: string, fence: number): Promise<void> {
  const steps = (await house.admin.call('GET', `${path}/ledger`)).body.items as Step[]
  const now = (await house.admin.call('GET', path)).body
  steps.forEach((step, at) => {
    const before = steps[at - 1]
    assert.equal(step.n, at + 1, 'no step is missing')
    assert.equal(step.from, before?.to ?? null, 'each begins where the last one ended')
    if (before) {
      assert.ok(
        step.fence === before.fence + (step.reason === 'accepted' ? 0 : 1),
        `the fence grows with every change of hands: ${JSON.stringify(steps)}`,
      )
    }
  })
  const last = steps.at(-1)
  assert.deepEqual(
    [now.stateCode, now.agentUid, now.fence],
    [last?.to, last?.agentUid, last?.fence],
    'the ledger folds to the session',
  )
  assert.ok(now.fence >= fence)
}
