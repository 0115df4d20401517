// The process is killed with kill -9 at each commit while a person is being disabled. Afterwards
// either nothing has happened or everything is completed; no session is left with somebody who
// cannot serve it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { privateLane } from '../../rules/session/lane.ts'
import { handOn } from '../../src/actions/jobs/hand-on.ts'
import { signIn, type House } from '../support/app.ts'
import { startMortal, type Death, type OutsideOperation } from '../support/deaths.ts'
import { follower } from '../support/follower.ts'
import { isFull } from '../support/full.ts'
import { openPlace } from '../support/place.ts'
import { presence } from '../support/seen.ts'

type Leaver = { uid: number; sessionsTo: string | number }
const each = 3

/**
 * Prepares a person with three open sessions, of which they have not accepted the last one, and the
 * deputy who may get them.
 */
async function arrange(house: House, nth: number): Promise<Leaver> {
  const heir = await house.agent('heir', { capacity: 1000 })
  const other = await house.agent('agent0')
  const leaver = await house.agent(`leaver${nth}`, { deputyUids: [heir.uid] })
  for (const one of [heir, other]) await presence(one, 'away')
  const states: number[] = []
  for (let n = 0; n < each; n += 1) {
    await (await follower(house)).says('在吗')
    const isLast = n === each - 1
    const claimed = await (isLast ? other : leaver).call('POST', '/api/sessions/claim', {})
    assert.equal(claimed.status, 200)
    const { id } = claimed.body
    if (isLast) {
      const to = { agentUid: leaver.uid }
      const given = await other.call('POST', `/api/sessions/${id}/transfer`, to)
      assert.equal(given.status, 200, JSON.stringify(given.body))
    }
    const { agentUid, stateCode } = (await house.admin.call('GET', `/api/sessions/${id}`)).body
    assert.equal(agentUid, leaver.uid)
    states.push(stateCode)
  }
  assert.deepEqual(states, [1, 1, 0], 'the premise: one of them waits to be accepted')
  const to = ['queue', 'deputies', heir.uid] as const
  return { uid: leaver.uid, sessionsTo: to[nth % to.length] ?? 'queue' }
}

const heldBy = async (house: House, uid: number) =>
  (
    await house.rows(
      'select session_id from message_session where open_key is not null and (uid = ? or lane = ?)',
      [uid, privateLane(uid)],
    )
  ).length

/** Disables the person; null if no answer arrived. */
async function disable(url: string, { uid, sessionsTo }: Leaver): Promise<number | null> {
  const admin = await signIn(url, 'admin')
  return admin.call('PATCH', `/api/users/${uid}`, { enabled: false, sessionsTo }).then(
    ({ status }) => status,
    () => null,
  )
}

// the pattern matches only commits made for the call; those of the job hand-on, which runs in the
// same process, are left out
const like = '\\bcommit @ (?!.*jobs/hand-on).*(change-user changeUser|hand-on-sessions)'
const isCommit = ({ place, what }: OutsideOperation) => new RegExp(like).test(`${what} @ ${place}`)

/**
 * Where the process is killed: with --full before and during every commit, otherwise at the first,
 * at the last and at a random one between.
 */
function deathsOf(operations: OutsideOperation[]): Death[] {
  const all = operations.flatMap(({ place }, at): Death[] => [
    { like, place, nth: at + 1, where: 'before' },
    { like, place, nth: at + 1, where: 'during' },
  ])
  const between = 1 + Math.floor(Math.random() * (all.length - 2))
  return isFull ? all : all.filter((_, at) => [0, 1, between, all.length - 1].includes(at))
}

async function endOf(house: House, { uid }: Leaver, said: string): Promise<'nothing' | 'all'> {
  // runs the job that hands sessions on, as its next slot would once the lease of the dead process
  // has expired
  const [company] = await house.app.ports.store.read.companies.list()
  await handOn(house.app.ports, company?.company_id ?? '')
  const [row] = await house.rows<{ enabled: number }>('select enabled from user where uid = ?', [
    uid,
  ])
  const end = row?.enabled === 1 ? 'nothing' : 'all'
  assert.equal(await heldBy(house, uid), end === 'nothing' ? each : 0, said)
  return end
}

void test('a process killed at any commit while it disables a person has changed nothing, or a job completes the rest', async (t) => {
  const { dir, settings, open } = await openPlace(t, 'killed-leavers', { withoutCron: true })
  let house = await open()
  let leaver = await arrange(house, 0)
  await house.close()
  const whole = await startMortal(settings, dir, null)
  assert.equal(await disable(whole.stands?.url ?? '', leaver), 200)
  const commits = (await whole.operations()).filter(isCommit)
  await whole.kill()
  assert.ok(commits.length > each, `${commits.length} commits`)

  const deaths = deathsOf(commits)
  console.log(`${deaths.length} of ${2 * commits.length} deaths at ${commits.length} commits`)
  const ends = new Set<string>()
  let outrun = 0
  for (const [nth, death] of deaths.entries()) {
    house = await open()
    leaver = await arrange(house, nth + 1)
    await house.close()
    const mortal = await startMortal(settings, dir, death)
    const said = `killed ${death.where} commit ${death.nth} of ${commits.length}`
    // a job may hand on one of the sessions before this call does; the call then makes fewer
    // commits, and the chosen one may never come
    if ((await disable(mortal.stands?.url ?? '', leaver)) === 200) {
      outrun += 1
      await mortal.kill()
    } else await mortal.died()

    house = await open()
    ends.add(await endOf(house, leaver, said))
    await house.close()
  }
  assert.deepEqual([...ends].sort(), ['all', 'nothing'])
  assert.ok(2 * outrun < deaths.length, `the job was faster in ${outrun} of ${deaths.length}`)
})
