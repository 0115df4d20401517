// Parts of the settings story that come after the first conversation: waiting for the exclusive
// agent, moving on, falling silent, being reclaimed, returning, and not being accepted.
import assert from 'node:assert/strict'
import { privateLane } from '../../rules/session/lane.ts'
import {
  closed,
  closedByAdmin,
  queued,
  queueTimedOut,
  waitingTimedOut,
} from '../../rules/session/states.ts'
import { presence } from './seen.ts'
import { askForPerson, endsQueuedWithin, notAcceptedFor } from './settings-model.ts'
import {
  greets,
  laneOf,
  newTalk,
  callOk,
  passes,
  returnToWork,
  runJobs,
  says,
  settles,
  stands,
  type StoryRow,
  type StoryTalk,
} from './settings-row.ts'

import {
  answers,
  claims,
  commonLaneOf,
  ends,
  isAsked,
  sessionVerb,
  takesUp,
  waits,
} from './settings-steps.ts'

/**
 * The first customer writes again: their agent is away, so they wait for this agent and then for
 * everybody, are answered, fall silent, lose their agent and start anew.
 */
export async function comesAgain(at: StoryRow): Promise<void> {
  const talk = at.talks[0] as StoryTalk
  const { settings, person } = at.facts
  at.step = 'their own agent'
  await presence(at.person, 'online')
  await says(at, talk, { text: askForPerson, isNew: true })
  await takesUp(at, talk, 'person')
  await presence(at.person, 'offline')
  await ends(at, talk, at.person)

  at.step = 'reserved'
  let waiter = await waits(at, talk)
  assert.equal(laneOf(waiter), privateLane(at.person.uid))
  const byDeputy = await at.colleague.call(...sessionVerb(waiter.id, 'claim'))
  if (person.deputies > 0) {
    assert.equal(byDeputy.status, 200)
    greets(at, talk, 'colleague')
    await ends(at, talk, at.colleague)
    waiter = await waits(at, talk)
  } else assert.deepEqual([byDeputy.status, byDeputy.body.error?.code], [403, 'reserved'])
  assert.equal(laneOf(waiter), privateLane(at.person.uid))

  at.step = 'fallback'
  await passes(at, settings.fallbackMinutes)
  await runJobs(at)
  if (endsQueuedWithin(at.facts, settings.fallbackMinutes)) {
    await stands(at, talk, { stateCode: queueTimedOut })
    await waits(at, talk)
  } else assert.equal(laneOf(await stands(at, talk, { stateCode: queued })), commonLaneOf(at))
  await claims(at, talk, 'person')

  await fallsSilent(at, talk)
  at.step = 'anew'
  const { customer } = await stands(at, talk, { stateCode: closed })
  assert.equal(customer.exclusiveAgentUid, -1)
  assert.equal(laneOf(await waits(at, talk)), commonLaneOf(at))
  await passes(at, settings.queueMinutes)
  await runJobs(at)
  if (endsQueuedWithin(at.facts, settings.queueMinutes)) {
    await stands(at, talk, { stateCode: queueTimedOut })
    return
  }
  const { id } = await stands(at, talk, { stateCode: queued })
  await callOk(at.boss, sessionVerb(id, 'close'))
  await stands(at, talk, { stateCode: closedByAdmin })
}

/**
 * The customer falls silent: first the agent owes an answer and the session is taken back, later
 * neither side writes and it is closed or reclaimed.
 */
async function fallsSilent(at: StoryRow, talk: StoryTalk): Promise<void> {
  const { takeBackMinutes, idleCloseMinutes, reclaimDays } = at.facts.settings
  at.step = 'take-back'
  await settles(at, talk)
  if (takeBackMinutes > 0) {
    await passes(at, takeBackMinutes)
    await runJobs(at)
    assert.equal(laneOf(await stands(at, talk, { stateCode: queued })), commonLaneOf(at))
    await claims(at, talk, 'person')
  }
  await answers(at, talk, { who: at.person })
  await settles(at, talk)
  at.step = 'idle-close'
  if (idleCloseMinutes > 0) {
    await passes(at, idleCloseMinutes)
    await runJobs(at)
    await stands(at, talk, { stateCode: closed, closeReason: 'idle' })
    await isAsked(at, talk, true)
  }
  at.step = 'reclaim'
  await passes(at, reclaimDays * 24 * 60)
  await runJobs(at)
  if (idleCloseMinutes === 0) await stands(at, talk, { closeReason: 'reclaimed' })
}

/**
 * Plays the part of the settings story in which the agent who was given the customer does not
 * accept.
 */
export async function isNotAccepted(at: StoryRow): Promise<void> {
  const { settings } = at.facts
  await returnToWork(at)
  const talk = await newTalk(at)
  await waits(at, talk)
  const { id } = await claims(at, talk, 'person')
  await callOk(at.person, sessionVerb(id, 'transfer'), { agentUid: at.colleague.uid })
  if (settings.autoAcceptFirst) greets(at, talk, 'colleague')
  await settles(at, talk)
  const minutes = notAcceptedFor(at.facts)
  if (minutes === null) {
    await callOk(at.colleague, sessionVerb(id, 'close'))
    await stands(at, talk, { stateCode: closed })
    return
  }
  await passes(at, minutes)
  await runJobs(at)
  if (minutes === settings.takeBackMinutes) {
    assert.equal(laneOf(await stands(at, talk, { stateCode: queued })), commonLaneOf(at))
    await callOk(at.boss, sessionVerb(id, 'close'))
    await stands(at, talk, { stateCode: closedByAdmin })
    return
  }
  const isReclaimed = settings.reclaimDays * 24 * 60 <= minutes
  const { customer } = await stands(at, talk, {
    stateCode: isReclaimed ? closed : waitingTimedOut,
  })
  assert.equal(customer.exclusiveAgentUid, -1)
}
