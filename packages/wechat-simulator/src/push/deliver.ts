import { addLine, addToLedger, findFollower } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Account, Format } from '../types.ts'
import { writeJson } from '../wire/json.ts'
import { writeFields } from '../wire/xml.ts'
import type { Fields } from '../wire/xml.ts'
import { judge } from './answer.ts'
import type { Shown, Verdict } from './answer.ts'
import { receiverOf } from './receiver.ts'
import { tryThrice } from './tries.ts'
import type { Attempt, Mail, Tried } from './tries.ts'
import type { Tamper } from './write.ts'

export type Push = {
  account: Account
  openid: string
  fields: Fields
  msgId: string | null
  /** Fields whose elements must come after MsgId in the XML. */
  after?: Fields
  /** A text to push unchanged instead of the fields, to test how a receiver treats it. */
  xml?: string
  /**
   * Pushes with the same key are the same message to the follower; only the first valid answer is
   * shown.
   */
  key: string
  isMessage: boolean
  showsFailure: boolean
  tamper?: Tamper
}
export type Delivery = {
  attempts: Attempt[]
  status: number | null
  reply: string | null
  shown: Shown[]
  desk?: { kfAccount: string | null }
}

export const failureText = '该公众号暂时无法提供服务，请稍后再试'

const written = (format: Format, fields: Fields) =>
  format === 'json' ? writeJson(fields) : `<xml>${writeFields(fields)}\n</xml>`

function mailOf(store: Store, push: Push): Mail {
  const { account, openid, msgId, key } = push
  const receiver = receiverOf(store, account)
  const fields = { ...push.fields, ...(msgId === null ? {} : { MsgId: msgId }), ...push.after }
  const question = {
    store,
    receiver,
    appid: account.appid,
    originalId: account.originalId,
    openid,
    isMessage: push.isMessage,
  }
  return {
    letter: {
      receiver,
      openid,
      xml: push.xml ?? written(receiver.format, fields),
      envelope: { ToUserName: account.originalId },
      ...(push.tamper === undefined ? {} : { tamper: push.tamper }),
    },
    appid: account.appid,
    judge: (body) => judge(body, question),
    ledger: {
      request: push.xml === undefined ? { ...push.fields, ...push.after } : { xml: push.xml },
      openid,
      key,
      ...(msgId === null ? {} : { msgId }),
      ...(push.tamper === undefined ? {} : { fault: `tamper: ${push.tamper}` }),
    },
  }
}

/** Only the first valid answer to a message is shown on the phone, however often it was pushed. */
function claimAnswer(store: Store, key: string): boolean {
  if (store.answered.has(key)) return false
  store.answered.add(key)
  const oldest = store.answered.values().next()
  if (store.answered.size > 100_000 && oldest.done !== true) store.answered.delete(oldest.value)
  return true
}

function showAnswer(store: Store, push: Push, verdict: Verdict | null): Shown[] {
  if (verdict?.ok !== true || !claimAnswer(store, push.key)) return []
  const follower = findFollower(store, push.account.appid, push.openid)
  if (verdict.shown === null || follower?.subscribed !== true) return []
  addLine(store, follower, verdict.shown)
  return [verdict.shown]
}

function showFailure(store: Store, push: Push): Shown[] {
  const follower = findFollower(store, push.account.appid, push.openid)
  if (!push.showsFailure || follower === undefined) return []
  if (store.answered.has(push.key) || store.closing.signal.aborted) return []
  const failure: Shown = { way: 'passive', type: 'failure', text: failureText }
  addLine(store, follower, failure)
  return [failure]
}

/**
 * WeChat's MarkFail: an address that failed too often gets no pushes for a minute, and those of
 * that minute are lost.
 */
function countFailures(store: Store, account: Account, failed: boolean): void {
  if (account.markFail === 0) return
  account.failures = failed ? account.failures + 1 : 0
  if (account.failures >= account.markFail) {
    Object.assign(account, { failures: 0, markedUntil: store.now() + 60_000 })
  }
  store.saveSoon()
}

function notPushed(store: Store, push: Push): Delivery {
  addToLedger(store, {
    kind: 'push',
    appid: push.account.appid,
    openid: push.openid,
    path: new URL(receiverOf(store, push.account).url).pathname,
    request: push.fields,
    attempt: 0,
    outcome: 'not pushed: MarkFail',
    ...(push.msgId === null ? {} : { msgId: push.msgId }),
  })
  return { attempts: [], status: null, reply: null, shown: showFailure(store, push) }
}

function summary(tried: Tried[], shown: Shown[]): Delivery {
  const last = tried.at(-1)
  const [desk] = tried.flatMap(({ verdict }) =>
    verdict?.ok === true && verdict.desk !== undefined ? [verdict.desk] : [],
  )
  return {
    attempts: tried.map(({ copy, attempt, status, outcome, ms }) => ({
      copy,
      attempt,
      status,
      outcome,
      ms,
    })),
    status: last?.status ?? null,
    reply: last?.verdict?.reply ?? null,
    shown,
    ...(desk === undefined ? {} : { desk }),
  }
}

export async function deliver(
  store: Store,
  push: Push,
  times = { copies: 1, parallel: false },
): Promise<Delivery> {
  if (push.account.markedUntil > store.now()) return notPushed(store, push)
  const mail = mailOf(store, push)
  const shown: Shown[] = []
  const runCopy = async (copy: number): Promise<Tried[]> => {
    const all = await tryThrice(store, mail, copy)
    const verdict = all.at(-1)?.verdict ?? null
    countFailures(store, push.account, verdict?.ok !== true)
    shown.push(...showAnswer(store, push, verdict))
    return all
  }
  const numbers = Array.from({ length: times.copies }, (_, index) => index + 1)
  const tried: Tried[] = []
  if (times.parallel) tried.push(...(await Promise.all(numbers.map(runCopy))).flat())
  else for (const copy of numbers) tried.push(...(await runCopy(copy)))
  shown.push(...showFailure(store, push))
  return summary(tried, shown)
}
