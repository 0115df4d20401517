import { randomInt } from 'node:crypto'
import { Agent, request } from 'node:http'
import type { ClientRequest } from 'node:http'
import { judge } from './answer.ts'
import type { Shown, Verdict } from './answer.ts'
import { seal, sign } from './crypto.ts'
import { takePushFault } from './faults.ts'
import { addLine, addToLedger, followerKey, wait } from './store.ts'
import type { Store } from './store.ts'
import type { Account } from './types.ts'
import { writeFields } from './xml.ts'
import type { Fields } from './xml.ts'

export type Push = {
  account: Account, openid: string, fields: Fields, msgId: string | null, key: string,
  maxArticles: number, showsFailure: boolean,
}
type Answer = { status: number | null, body: string, outcome: 'answered' | 'timeout' | 'connection', ms: number }
export type Attempt = { copy: number, attempt: number, status: number | null, outcome: string, ms: number }
type Tried = Attempt & { verdict: Verdict | null }

const tries = 3
const largestAnswer = 65_536
export const failureText = '该公众号暂时无法提供服务，请稍后再试'
const agent = new Agent({ keepAlive: true, timeout: 4000 })

function write(push: Push): { xml: string, query: Record<string, string> } {
  const { account, openid } = push
  const nonce = String(randomInt(100_000_000, 2_000_000_000))
  // The id is a number without CDATA, too large for a JavaScript number.
  const fields = { ...push.fields, ...(push.msgId === null ? {} : { MsgId: BigInt(push.msgId) }) }
  const xml = `<xml>${writeFields(fields)}\n</xml>`
  if (account.mode === 'plain') return { xml, query: { nonce, openid } }
  const sealed = seal(xml, account)
  const encrypt = { ToUserName: account.originalId, Encrypt: sealed }
  const all = account.mode === 'safe' ? encrypt : { ...fields, Encrypt: sealed }
  return { xml: `<xml>\n${writeFields(all)}\n</xml>`, query: { nonce, openid, encrypt_type: 'aes', sealed } }
}

function address(push: Push, timestamp: string, query: Record<string, string>): URL {
  const { token, callbackUrl } = push.account
  const url = new URL(callbackUrl)
  const { sealed, nonce = '', ...rest } = query
  const signed = { signature: sign(token, timestamp, nonce), timestamp, nonce, ...rest }
  for (const [name, value] of Object.entries(signed)) url.searchParams.set(name, value)
  if (sealed !== undefined) url.searchParams.set('msg_signature', sign(token, timestamp, nonce, sealed))
  return url
}

function collect(sent: ClientRequest, done: (answer: Omit<Answer, 'ms'>) => void): void {
  sent.on('response', (response) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largestAnswer) chunks.push(chunk)
      else sent.destroy()
    })
    response.on('end', () => {
      done({ status: response.statusCode ?? null, body: Buffer.concat(chunks).toString('utf8'), outcome: 'answered' })
    })
    response.on('error', () => { done({ status: null, body: '', outcome: 'connection' }) })
  })
  sent.on('error', () => { done({ status: null, body: '', outcome: 'connection' }) })
}

function post(store: Store, url: URL, body: string): Promise<Answer> {
  const started = performance.now()
  return new Promise((resolve) => {
    const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body), 'user-agent': 'Mozilla/4.0' }
    const sent = request(url, { method: 'POST', headers, agent })
    const done = (answer: Omit<Answer, 'ms'>): void => {
      clearTimeout(deadline)
      store.closing.signal.removeEventListener('abort', stop)
      resolve({ ...answer, ms: Math.round(performance.now() - started) })
    }
    const stop = (): void => { done({ status: null, body: '', outcome: 'connection' }); sent.destroy() }
    // The whole answer must be there in time, not just its beginning.
    const deadline = setTimeout(() => {
      done({ status: null, body: '', outcome: 'timeout' })
      sent.destroy()
    }, store.timing.deadlineMs)
    store.closing.signal.addEventListener('abort', stop)
    collect(sent, done)
    sent.end(body)
  })
}

function outcomeOf(answer: Answer, verdict: Verdict | null): string {
  if (verdict === null) return answer.outcome === 'answered' ? `status ${answer.status ?? 0}` : answer.outcome
  return verdict.ok ? 'ok' : `invalid: ${verdict.reason}`
}

async function tryOnce(store: Store, push: Push, which: { copy: number, attempt: number }): Promise<Tried> {
  const timestamp = String(Math.floor(store.now() / 1000))
  const { xml, query } = write(push)
  const answer = await post(store, address(push, timestamp, query), xml)
  const verdict = answer.outcome === 'answered' && answer.status === 200 ? judge(answer.body, push) : null
  const outcome = outcomeOf(answer, verdict)
  if (!store.closing.signal.aborted) {
    addToLedger(store, {
      kind: 'push', appid: push.account.appid, openid: push.openid, path: new URL(push.account.callbackUrl).pathname,
      request: push.fields, attempt: which.attempt, outcome, ms: answer.ms,
      ...(answer.status === null ? {} : { status: answer.status }), ...(push.msgId === null ? {} : { msgId: push.msgId }),
    })
  }
  return { ...which, status: answer.status, outcome, ms: answer.ms, verdict }
}

/** One copy of a push: up to three tries with the same content. */
async function tryThrice(store: Store, push: Push, copy: number): Promise<Tried[]> {
  const all: Tried[] = []
  for (let attempt = 1; attempt <= tries && !store.closing.signal.aborted; attempt++) {
    const tried = await tryOnce(store, push, { copy, attempt })
    all.push(tried)
    if (tried.verdict?.ok === true) break
    if (tried.status !== null && takePushFault(store, push.account.appid)) break
    if (attempt < tries && tried.outcome !== 'timeout') await wait(store.timing.pauseMs, store.closing.signal)
  }
  return all
}

/** Of one message the phone shows the first valid answer only, however often it was pushed. */
export function claimAnswer(store: Store, key: string): boolean {
  if (store.answered.has(key)) return false
  store.answered.add(key)
  const oldest = store.answered.values().next()
  if (store.answered.size > 100_000 && oldest.done !== true) store.answered.delete(oldest.value)
  return true
}

export type Delivery = { attempts: Attempt[], status: number | null, reply: string | null, shown: Shown[] }

/** What the phone shows of this copy: the first valid answer of the message, if it is meant for the eye. */
function showAnswer(store: Store, push: Push, verdict: Verdict | null): Shown[] {
  if (verdict?.ok !== true || !claimAnswer(store, push.key)) return []
  const follower = store.followers.get(followerKey(push.account.appid, push.openid))
  if (verdict.shown === null || follower?.subscribed !== true) return []
  addLine(store, follower, verdict.shown)
  return [verdict.shown]
}

function showFailure(store: Store, push: Push): Shown[] {
  const follower = store.followers.get(followerKey(push.account.appid, push.openid))
  if (!push.showsFailure || follower === undefined) return []
  if (store.answered.has(push.key) || store.closing.signal.aborted) return []
  const failure: Shown = { way: 'passive', type: 'failure', text: failureText }
  addLine(store, follower, failure)
  return [failure]
}

export async function deliver(store: Store, push: Push, times: { copies: number, parallel: boolean }): Promise<Delivery> {
  const shown: Shown[] = []
  const runCopy = async (copy: number): Promise<Tried[]> => {
    const all = await tryThrice(store, push, copy)
    shown.push(...showAnswer(store, push, all.at(-1)?.verdict ?? null))
    return all
  }
  const numbers = Array.from({ length: times.copies }, (_, index) => index + 1)
  const tried: Tried[] = []
  if (times.parallel) tried.push(...(await Promise.all(numbers.map(runCopy))).flat())
  else for (const copy of numbers) tried.push(...await runCopy(copy))
  shown.push(...showFailure(store, push))
  const last = tried.at(-1)
  return {
    attempts: tried.map(({ copy, attempt, status, outcome, ms }) => ({ copy, attempt, status, outcome, ms })),
    status: last?.status ?? null, reply: last?.verdict?.reply ?? null, shown,
  }
}
