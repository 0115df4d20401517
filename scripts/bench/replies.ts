// Sends replies through the product's API at fixed moments, and says when WeChat had each of them.
import type { Agent as Sockets } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { callHttp } from './http-call.ts'
import { quantile } from './place.ts'
import type { Arrival } from './wechat-side.ts'

/** A customer in conversation with an agent. */
export type BenchTalk = { sessionId: string; appid: string; openid: string; token: string }
/**
 * A reply that was accepted. All moments are in ms since 1970: when it was to be sent, when it was
 * sent, and when the product had answered.
 */
export type SentReply = {
  text: string
  talk: BenchTalk
  due: number
  asked: number
  answered: number
  seq: number
}
/** In ms. */
export type Latency = { p50: number; p99: number; most: number }

let named = 0

/**
 * Sends replies at an even rate (or all at once), to one customer after the other. Each is sent at
 * its moment, whether or not those before it have been answered.
 */
export async function sendReplies(
  talks: BenchTalk[],
  { url, sockets, howMany, perSecond }: ReplyLoad,
): Promise<SentReply[]> {
  const first = Date.now()
  const asked: Promise<SentReply>[] = []
  for (let n = 0; n < howMany; n += 1) {
    const due = Math.round(first + (perSecond === null ? 0 : (n * 1000) / perSecond))
    const left = due - Date.now()
    if (left > 0) await sleep(left)
    named += 1
    asked.push(sendOne({ url, sockets }, talks[n % talks.length] as BenchTalk, { due, n: named }))
  }
  return Promise.all(asked)
}

export type ReplyLoad = {
  url: string
  sockets: Sockets
  howMany: number
  /** Null if all are sent at once. */
  perSecond: number | null
}

async function sendOne(
  { url, sockets }: Pick<ReplyLoad, 'url' | 'sockets'>,
  talk: BenchTalk,
  { due, n }: { due: number; n: number },
): Promise<SentReply> {
  const text = `您好，这是第${n}条回复。`
  const asked = Date.now()
  const { status, body } = await callHttp<{ message: { seq: number } }>(
    `${url}/api/sessions/${talk.sessionId}/messages`,
    { token: talk.token, sockets, body: { clientMsgId: `bench-${n}`, type: 'text', text } },
  )
  const answered = Date.now()
  if (status !== 202 || !body.message) throw new Error(`a reply was answered ${status}`)
  return { text, talk, due, asked, answered, seq: body.message.seq }
}

const latencyOf = (times: number[]): Latency => ({
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  most: Math.max(...times),
})

/** All are counted from the moment at which the reply was to be sent. */
export type SendFigures = { asked: Latency; answered: Latency; arrived: Latency }

export function sendFiguresOf(sent: SentReply[], arrivals: Arrival[]): SendFigures {
  const at = new Map(arrivals.map((arrival) => [arrival.text, arrival.at]))
  return {
    asked: latencyOf(sent.map(({ due, asked }) => asked - due)),
    answered: latencyOf(sent.map(({ due, answered }) => answered - due)),
    arrived: latencyOf(sent.map(({ text, due }) => (at.get(text) ?? NaN) - due)),
  }
}

/** How long it took from the first of these replies until WeChat had the last one, in ms. */
export function tookMs(sent: SentReply[], arrivals: Arrival[]): number {
  const texts = new Set(sent.map(({ text }) => text))
  const ends = arrivals.flatMap(({ text, at }) => (texts.has(text) ? [at] : []))
  return Math.max(...ends) - Math.min(...sent.map(({ due }) => due))
}

/** What WeChat got must be what was sent: each reply once, and to each customer in order of seq. */
export function arrivalFaults(sent: SentReply[], arrivals: Arrival[]): string[] {
  const texts = new Set(sent.map(({ text }) => text))
  const arrived = new Set(arrivals.map(({ text }) => text))
  const missing = [...texts].filter((text) => !arrived.has(text)).length
  const unknown = [...arrived].filter((text) => !texts.has(text)).length
  const again = arrivals.length - arrived.size
  const late = outOfOrder(sent, arrivals)
  return [
    ...(missing > 0 ? [`${missing} replies did not arrive`] : []),
    ...(again > 0 ? [`${again} replies arrived again`] : []),
    ...(unknown > 0 ? [`${unknown} messages arrived that nobody sent`] : []),
    ...(late > 0 ? [`${late} replies arrived after a later one to the same customer`] : []),
  ]
}

function outOfOrder(sent: SentReply[], arrivals: Arrival[]): number {
  const seqs = new Map(sent.map(({ text, seq }) => [text, seq]))
  const highest = new Map<string, number>()
  let late = 0
  for (const { openid, text } of [...arrivals].sort((a, b) => a.n - b.n)) {
    const seq = seqs.get(text) ?? 0
    const before = highest.get(openid) ?? 0
    if (seq < before) late += 1
    highest.set(openid, Math.max(seq, before))
  }
  return late
}
