// The whole story of a company under its settings: every way in which a session gets an owner, with
// checks through the API at each step.
import assert from 'node:assert/strict'
import { groupLane, privateLane } from '../../rules/session/lane.ts'
import { active, closed, queued, waiting } from '../../rules/session/states.ts'
import { presence, runJob } from './seen.ts'
import {
  arrivalOf,
  askForParcel,
  askForPerson,
  isGiven,
  overflows,
  whoIsGiven,
} from './settings-model.ts'
import {
  greets,
  isSound,
  staysWhole,
  laneOf,
  newTalk,
  callOk,
  passes,
  says,
  seen,
  settles,
  stands,
  type StoryRow,
} from './settings-row.ts'

import { comesAgain, isNotAccepted } from './settings-later.ts'
import {
  answers,
  claims,
  commonLaneOf,
  ends,
  isPushedOld,
  next,
  sessionVerb,
  takesUp,
  talks,
  usesUp,
  waits,
} from './settings-steps.ts'

async function comesByClaim(at: StoryRow): Promise<void> {
  const talk = await newTalk(at)
  assert.equal(laneOf(await waits(at, talk)), commonLaneOf(at))
  await claims(at, talk, 'person')
  await isPushedOld(at, talk)
  await talks(at, talk, at.person)
  await usesUp(at, talk, at.person)
  await ends(at, talk, at.person)
}

/** A customer who begins with a rule's keyword waits for people only if the settings say so. */
async function comesByRuleAndNext(at: StoryRow): Promise<void> {
  const talk = await newTalk(at)
  await says(at, talk, { text: askForParcel, isNew: true })
  const arrival = arrivalOf(at.facts, askForParcel)
  if (arrival === 'queued') await stands(at, talk, { stateCode: queued })
  else {
    await stands(at, talk, { stateCode: closed, closeReason: arrival })
    await waits(at, talk)
  }
  const { id } = await callOk(at.person, ['POST', '/api/sessions/claim'], {})
  assert.equal(id, (await seen(at, talk)).id)
  greets(at, talk, 'person')
  await talks(at, talk, at.person)
  await ends(at, talk, at.person)
}

/**
 * The customer is assigned to somebody who is online, or claimed where nothing is assigned. Later
 * an agent starts a session with them.
 */
async function comesByAssignment(at: StoryRow): Promise<void> {
  const who = whoIsGiven(at.facts)
  const talk = await newTalk(at)
  await presence(at[who], 'online')
  await says(at, talk, { text: askForPerson, isNew: true })
  if (isGiven(at.facts, 'everybody')) await takesUp(at, talk, who)
  else {
    await stands(at, talk, { stateCode: queued })
    await claims(at, talk, who)
  }
  await presence(at[who], 'offline')
  await talks(at, talk, at[who])
  await ends(at, talk, at[who])

  at.step = 'start'
  const { customer } = await seen(at, talk)
  await callOk(at[who], ['POST', '/api/sessions'], { customerId: customer.id })
  talk.unread = 0
  await stands(at, talk, { stateCode: active, agentUid: at[who].uid })
  await talks(at, talk, at[who])
  await ends(at, talk, at[who])
}

async function comesByTransfer(at: StoryRow): Promise<void> {
  const talk = await newTalk(at)
  await waits(at, talk)
  const { id } = await claims(at, talk, 'person')
  await callOk(at.person, sessionVerb(id, 'transfer'), {
    agentUid: at.colleague.uid,
    note: '请接手',
  })
  await takesUp(at, talk, 'colleague')
  await talks(at, talk, at.colleague)
  await ends(at, talk, at.colleague)
}

async function comesByGroup(at: StoryRow): Promise<void> {
  const { facts } = at
  const { accountId, groupIds } = facts.ids
  const talk = await newTalk(at)
  await waits(at, talk)
  const { id } = await claims(at, talk, 'person')
  const given = isGiven(facts, 'group')
  if (given) await presence(at.colleague, 'online')
  await callOk(at.person, sessionVerb(id, 'transfer'), { groupId: groupIds[0] })
  if (given) await takesUp(at, talk, 'colleague')
  else {
    assert.equal(
      laneOf(await stands(at, talk, { stateCode: queued })),
      groupLane(groupIds[0], accountId),
    )
    await passes(at, 6)
    await runJob(at.boss, 'overflow')
    const group = groupIds[overflows(facts) ? 1 : 0]
    assert.equal(laneOf(await stands(at, talk, { stateCode: queued })), groupLane(group, accountId))
    await claims(at, talk, 'colleague')
  }
  await presence(at.colleague, 'offline')
  await talks(at, talk, at.colleague)
  await ends(at, talk, at.colleague)
}

async function comesByTakeover(at: StoryRow): Promise<void> {
  const talk = await newTalk(at)
  const { id } = await waits(at, talk)
  await callOk(at.boss, sessionVerb(id, 'takeover'))
  await stands(at, talk, { stateCode: active, agentUid: at.boss.uid })
  await talks(at, talk, at.boss)
  await ends(at, talk, at.boss)
}

/**
 * Two customers wait, and one agent takes both: checks who comes first and what happens to the
 * second.
 */
async function comesBehindAnother(at: StoryRow): Promise<void> {
  const { settings, person } = at.facts
  const [early, late] = [await newTalk(at), await newTalk(at)]
  for (const talk of [early, late]) {
    await waits(at, talk)
    await passes(at, 1 / 60)
  }
  await says(at, early, { text: next('还在吗') })
  const [first, second] = settings.windowFirst ? [late, early] : [early, late]
  const taken = await callOk(at.person, ['POST', '/api/sessions/claim'], {})
  assert.equal(taken.id, (await seen(at, first)).id, 'whose turn it is')
  greets(at, first, 'person')

  const { id } = await seen(at, second)
  const claim = await at.person.call(...sessionVerb(id, 'claim'))
  if (person.capacity === 1) {
    assert.deepEqual([claim.status, claim.body.error?.code], [409, 'agent_at_capacity'])
    await ends(at, first, at.person)
    await claims(at, second, 'person')
  } else {
    assert.equal(claim.body.stateCode, settings.autoAcceptFirst ? waiting : active)
    await ends(at, first, at.person)
    greets(at, second, 'person')
  }
  await talks(at, second, at.person)
  await ends(at, second, at.person)
}

/** The customer stops following in the middle of the session and follows again. */
async function leavesAndReturns(at: StoryRow): Promise<void> {
  const talk = await newTalk(at)
  await waits(at, talk)
  await claims(at, talk, 'person')
  await answers(at, talk, { who: at.person })
  await settles(at, talk)
  await talk.customer.does('unsubscribe')
  talk.left = 0
  const gone = at.facts.settings.closeOnUnsubscribe
  await stands(
    at,
    talk,
    gone ? { stateCode: closed, closeReason: 'unsubscribed' } : { stateCode: active },
  )
  await talk.customer.does('subscribe')
  await says(at, talk, { text: askForPerson, talking: !gone, isNew: gone })
  if (gone) {
    talk.unread = 1
    assert.equal(laneOf(await stands(at, talk, { stateCode: queued })), privateLane(at.person.uid))
    await claims(at, talk, 'person')
  }
  await talks(at, talk, at.person)
  await ends(at, talk, at.person)
}

const steps: Record<string, (at: StoryRow) => Promise<void>> = {
  'claim by id': comesByClaim,
  'rule and next': comesByRuleAndNext,
  'assign and accept': comesByAssignment,
  transfer: comesByTransfer,
  group: comesByGroup,
  takeover: comesByTakeover,
  'behind another': comesBehindAnother,
  leaves: leavesAndReturns,
  again: comesAgain,
  'not accepted': isNotAccepted,
}

export async function tellStory(at: StoryRow): Promise<void> {
  try {
    for (const [name, step] of Object.entries(steps)) {
      at.step = name
      await step(at)
    }
    at.step = 'all is whole'
    for (const talk of at.talks) await staysWhole(at, talk)
    await isSound(at)
  } catch (error) {
    if (error instanceof Error) error.message = `${at.step}: ${error.message}`
    throw error
  }
}
