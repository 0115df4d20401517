// The single steps of the settings story: what is done with one customer, and what must be true
// after it.
import assert from 'node:assert/strict'
import { commonLane } from '../../rules/session/lane.ts'
import { active, closed, queued, waiting } from '../../rules/session/states.ts'
import type { Actor } from './app.ts'
import { eventually } from './eventually.ts'
import { png } from './files.ts'
import { signed, textXml } from './raw-push.ts'
import type { Seen } from './seen.ts'
import { askForPerson, type StoryAgent } from './settings-model.ts'
import {
  greets,
  hears,
  isTold,
  callOk,
  promise,
  says,
  seen,
  settles,
  stands,
  type StoryRow,
  type StoryTalk,
} from './settings-row.ts'

export const sessionVerb = (id: string, verb: string): [string, string] => [
  'POST',
  `/api/sessions/${id}/${verb}`,
]
export const commonLaneOf = ({ facts }: StoryRow) => commonLane(facts.ids.accountId)

let said = 0
export const next = (word: string) => `${word}${(said += 1)}`

/** Lets the customer ask for a person, and checks that the session is queued. */
export async function waits(at: StoryRow, talk: StoryTalk): Promise<Seen> {
  talk.unread = 0
  await says(at, talk, { text: askForPerson, isNew: true })
  return stands(at, talk, { stateCode: queued, agentUid: null })
}

export async function claims(at: StoryRow, talk: StoryTalk, who: StoryAgent): Promise<Seen> {
  const { id } = await seen(at, talk)
  await callOk(at[who], sessionVerb(id, 'claim'))
  greets(at, talk, who)
  return stands(at, talk, { stateCode: active, agentUid: at[who].uid })
}

export async function answers(
  at: StoryRow,
  talk: StoryTalk,
  { who, ...more }: { who: Actor; useReserved?: boolean },
): Promise<void> {
  const { id } = await seen(at, talk)
  const text = next('答')
  const body = { clientMsgId: text.replace('答', 'reply-'), type: 'text', text, ...more }
  const first = await callOk(who, sessionVerb(id, 'messages'), body)
  const again = await callOk(who, sessionVerb(id, 'messages'), body)
  assert.equal(again.message.id, first.message.id)
  promise(talk, text)
  talk.unread = 0
}

/**
 * Waits until all replies have left. One that leaves after the customer's next line counts towards
 * WeChat's next window, but towards the former one here.
 */
const settlesBeforeNextWindow = settles

/**
 * The customer writes lines, one of them pushed twice; they are read and answered by a rule and a
 * person; a note and a picture follow.
 */
export async function talks(at: StoryRow, talk: StoryTalk, owner: Actor): Promise<void> {
  await settlesBeforeNextWindow(at, talk)
  await says(at, talk, { text: next('问'), copies: 2, talking: true })
  await says(at, talk, { text: next('问'), talking: true })
  const { id, seq } = await stands(at, talk, { unread: talk.unread, agentUid: owner.uid })
  await callOk(owner, sessionVerb(id, 'read'), { seq })
  await stands(at, talk, { unread: 0 })
  talk.unread = 0
  await says(at, talk, { text: askForPerson, talking: true })
  await stands(at, talk, { stateCode: active, agentUid: owner.uid, unread: 1 })
  await answers(at, talk, { who: owner })
  await callOk(owner, sessionVerb(id, 'notes'), { text: '老客户' })
  const { body: file } = await owner.upload(png, 'a.png')
  await callOk(owner, sessionVerb(id, 'messages'), {
    clientMsgId: next('picture-'),
    type: 'image',
    mediaId: file.id,
  })
  promise(talk, 'image')
  const after = await seen(at, talk)
  assert.equal(after.window.remaining, talk.left)
  assert.equal(after.unread, 0)
}

/**
 * Sends as many replies as WeChat accepts, and no more. If the company keeps the last one for a
 * closing word, that one is sent with `useReserved`.
 */
export async function usesUp(at: StoryRow, talk: StoryTalk, owner: Actor): Promise<void> {
  const { id } = await seen(at, talk)
  const kept = at.facts.settings.reserveLastReply ? 1 : 0
  const refused = async () => {
    const body = { clientMsgId: next('refused-'), type: 'text', text: '还有' }
    const answer = await owner.call(...sessionVerb(id, 'messages'), body)
    assert.deepEqual([answer.status, answer.body.error?.code], [422, 'reply_budget_used'])
  }
  while (talk.left > kept) await answers(at, talk, { who: owner })
  await refused()
  if (kept === 1) await answers(at, talk, { who: owner, useReserved: true })
  await refused()
  await settlesBeforeNextWindow(at, talk)
  await says(at, talk, { text: next('又问'), talking: true })
}

/**
 * In plain mode, sends a push and then one that is signed an hour ago, as by somebody who recorded
 * it.
 */
export async function isPushedOld(at: StoryRow, talk: StoryTalk): Promise<void> {
  if (at.facts.account.mode !== 'plain') return
  const { openid } = talk.customer
  const push = async (secondsAgo: number) => {
    const text = next('直')
    const told = (Date.now() + at.clock.totalMs) / 1000 - secondsAgo
    const answer = await fetch(
      `${at.house.urls[0] ?? ''}/wechat/${at.keys.appid}?${signed(at.keys.token, told)}`,
      { method: 'POST', body: textXml(openid, String(900_000 + said), text) },
    )
    if (answer.status === 200) hears(talk, text)
    return answer.status
  }
  assert.equal(await push(0), 200)
  assert.equal(await push(3600), at.facts.settings.refuseOldPushes ? 403 : 200)
}

/**
 * The owner closes the session. A customer who was answered is asked for a grade, if the reply
 * window permits it.
 */
export async function ends(at: StoryRow, talk: StoryTalk, owner: Actor): Promise<void> {
  const { id } = await seen(at, talk)
  await callOk(owner, sessionVerb(id, 'close'))
  await stands(at, talk, { stateCode: closed })
  const lines = await callOk(owner, ['GET', `/api/sessions/${id}/messages?limit=100`])
  const answered = lines.items.some((line: { opercode: number }) => line.opercode === 1)
  await isAsked(at, talk, answered)
}

export async function isAsked(at: StoryRow, talk: StoryTalk, answered: boolean): Promise<void> {
  const { askSatisfaction, satisfactionQuestion, satisfactionThanks } = at.facts.settings
  if (!askSatisfaction || !answered || talk.left === 0) return
  promise(talk, 'msgmenu')
  await settles(at, talk)
  const menu: any = (await talk.customer.inbox()).findLast((one) => one.type === 'msgmenu')
  assert.equal(menu.content.head_content, satisfactionQuestion)
  const [good] = menu.content.list
  const tapped = await talk.customer.says(good.content, { bizmsgmenuid: good.id })
  assert.equal(tapped.status, 200)
  talk.said.push(good.content)
  const words = satisfactionThanks === '' ? null : new RegExp(`^${satisfactionThanks}$`)
  await isTold(at, talk, { shown: tapped.shown, words })
  const { satisfaction }: any = await stands(at, talk, { id: good.id.split(':')[1] })
  assert.equal(satisfaction.grade, 1)
}

/**
 * The session waits until its new agent accepts, or is accepted automatically where the settings
 * say so.
 */
export async function takesUp(at: StoryRow, talk: StoryTalk, who: StoryAgent): Promise<void> {
  const { autoAcceptFirst } = at.facts.settings
  const { id } = await eventually(() =>
    stands(at, talk, {
      stateCode: autoAcceptFirst ? active : waiting,
      agentUid: at[who].uid,
    }),
  )
  if (!autoAcceptFirst) await callOk(at[who], sessionVerb(id, 'accept'))
  greets(at, talk, who)
  await stands(at, talk, { stateCode: active, agentUid: at[who].uid })
}
