// One round of the benchmark of replies: one process of the product on an empty store, the
// simulator, four accounts and eight agents who are in conversation with many customers.
import { Agent as Sockets } from 'node:http'
import type { Edition } from '../services/editions.ts'
import { createAccount } from '../../src/actions/accounts/create-account.ts'
import { callHttp } from './http-call.ts'
import { startServer, type Running } from './child.ts'
import type { Cluster } from './cluster.ts'
import type { NumberOf } from './count.ts'
import { agentsIn, type Agent } from './crowd.ts'
import { freshStore } from './edition-store.ts'
import { benchAccount } from './pushes.ts'
import {
  arrivalFaults,
  sendFiguresOf,
  sendReplies,
  tookMs,
  type BenchTalk,
  type SendFigures,
  type SentReply,
} from './replies.ts'
import { openPrepared, type Environment } from './serve-kefu.ts'
import { openWechatSide, type Arrival, type WechatSide } from './wechat-side.ts'

export type SendPlan = {
  dir: string
  cluster: Cluster | null
  warm: number
  seconds: number
  profile: string | undefined
}
export type SendRound = {
  calm: SendFigures
  /** The figures of the other accounts while the calls of one account hang. */
  beside: SendFigures
  /** The processor time of the product for one reply while nothing hangs, in µs. */
  cpu: number
  /** 200 replies at once to 200 customers, and 20 to one; in ms. */
  toMany: number
  toOne: number
}

export const perSecond = 50
export const accounts = Array.from({ length: 4 }, (_, n) => ({
  ...benchAccount,
  appid: `wx0123456789abcde${n}`,
  originalId: `gh_0123456789a${n}`,
  name: `Bench ${n}`,
}))
const hanging = accounts[0]?.appid ?? ''
export const agentsAnswering = 8
export const many = 200
export const repliesToOne = 20
/** How many replies WeChat takes for one message of a customer, and how many of them we use. */
const window = 5
const each = 4
const askedAtOnce = 8
const claimsWithinMs = 30_000

type SendStage = { kefu: Running; sockets: Sockets; wechat: WechatSide; agents: Agent[] }

export async function sendRound(edition: Edition, plan: SendPlan): Promise<SendRound> {
  const sockets = new Sockets({ keepAlive: true })
  const wechat = await openWechatSide(sockets)
  const store = await freshStore(edition, plan)
  try {
    const settings = { ...store.settings, WECHAT_API_BASE: wechat.url }
    const agents = await prepare(settings)
    const profiling = plan.profile ? ['--cpu-prof', `--cpu-prof-dir=${plan.profile}`] : []
    const kefu = await startServer('kefu', [JSON.stringify(settings)], profiling)
    const { round, sent } = await measure({ kefu, sockets, wechat, agents }, plan).finally(() =>
      kefu.stop(),
    )
    // it has ended, so whatever it was still going to send has arrived
    const arrivals = await wechat.arrivals(sent.length)
    const faults = [
      ...arrivalFaults(sent, arrivals),
      ...(await stateFaults(store.number, arrivals)),
    ]
    if (faults.length > 0) throw new Error(`${edition}: ${faults.join('; ')}. No figures.`)
    return round
  } finally {
    sockets.destroy()
    await wechat.stop()
    await store.drop()
  }
}

async function prepare(settings: Environment): Promise<Agent[]> {
  const { app, admin } = await openPrepared(settings, 'plain', { withoutCron: true })
  for (const account of accounts) {
    await createAccount(app.ports, admin, {
      kind: 'wechat',
      binding: 'direct',
      ownLane: false,
      ...account,
      mode: 'plain',
    })
  }
  const agents = await agentsIn(app.ports, { howMany: agentsAnswering, capacity: 100_000 })
  await app.close()
  return agents
}

async function measure(stage: SendStage, { warm, seconds }: SendPlan) {
  const { kefu, sockets, wechat } = stage
  for (const account of accounts) {
    await wechat.register(account, `${kefu.url}/wechat/${account.appid}`)
  }
  const sent: SentReply[] = []
  const send = async (talks: BenchTalk[], howMany: number, rate: number | null) => {
    const some = await sendReplies(talks, { url: kefu.url, sockets, howMany, perSecond: rate })
    sent.push(...some)
    return some
  }
  const evenly = async (prefix: string, during: number) => {
    const howMany = perSecond * during
    const talks = await talk(stage, { prefix, howMany: Math.ceil(howMany / each) })
    return { talks, send: () => send(talks, howMany, perSecond) }
  }

  await (await evenly('warm', warm)).send()
  await wechat.arrivals(sent.length)
  const calmly = await evenly('calm', seconds)
  const before = await kefu.cpuMicros()
  const calm = await calmly.send()
  await wechat.arrivals(sent.length)
  const cpu = ((await kefu.cpuMicros()) - before) / calm.length

  const disturbed = await evenly('beside', seconds)
  await wechat.hang(hanging)
  const all = await disturbed.send()
  await wechat.mend()
  await wechat.arrivals(sent.length)
  const beside = all.filter(({ talk }) => talk.appid !== hanging)

  const one = { appids: [accounts[1]?.appid ?? ''], agents: stage.agents.slice(0, 1) }
  const toMany = await send(
    await talk(stage, { ...one, prefix: 'many', howMany: many }),
    many,
    null,
  )
  await wechat.arrivals(sent.length)
  const toOne: SentReply[][] = []
  const [customer] = await talk(stage, { ...one, prefix: 'one', howMany: 1 })
  for (let n = 0; customer && n < repliesToOne; n += window) {
    if (n > 0) await wechat.write(customer.appid, customer.openid)
    toOne.push(await send([customer], window, null))
    await wechat.arrivals(sent.length)
  }
  const arrivals = await wechat.arrivals(sent.length)
  const round: SendRound = {
    calm: sendFiguresOf(calm, arrivals),
    beside: sendFiguresOf(beside, arrivals),
    cpu,
    toMany: tookMs(toMany, arrivals),
    toOne: toOne.reduce((sum, some) => sum + tookMs(some, arrivals), 0),
  }
  return { round, sent }
}

type Customers = { prefix: string; howMany: number; appids?: string[]; agents?: Agent[] }

/** Customers of these accounts write, and these agents claim their sessions in turn. */
async function talk(
  { kefu, sockets, wechat, agents: everybody }: SendStage,
  { prefix, howMany, appids = accounts.map(({ appid }) => appid), agents = everybody }: Customers,
): Promise<BenchTalk[]> {
  const appidOf = new Map(
    Array.from({ length: howMany }, (_, n) => [
      `oBench_${prefix}_${String(n).padStart(6, '0')}`,
      appids[n % appids.length] ?? '',
    ]),
  )
  const waiting = [...appidOf]
  const writeAll = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      await wechat.write(next[1], next[0])
    }
  }
  await Promise.all(Array.from({ length: askedAtOnce }, writeAll))

  const talks: BenchTalk[] = []
  const until = Date.now() + claimsWithinMs
  while (talks.length < howMany) {
    if (Date.now() > until) throw new Error(`${talks.length} of ${howMany} sessions were claimed`)
    const { token } = agents[talks.length % agents.length] as Agent
    const claimed = await callHttp<{ id: string; customer: { openid: string } }>(
      `${kefu.url}/api/sessions/claim`,
      { token, body: {}, sockets },
    )
    const [sessionId, openid] = [claimed.body.id, claimed.body.customer?.openid]
    if (sessionId === undefined || openid === undefined) continue
    talks.push({ sessionId, openid, token, appid: appidOf.get(openid) ?? '' })
  }
  // in the order in which the customers were named, in which one account follows the other
  return talks.sort((a, b) => (a.openid < b.openid ? -1 : 1))
}

/**
 * Every reply must be `sent`, except that one whose call WeChat did not answer must be `unknown`.
 */
async function stateFaults(number: NumberOf, arrivals: Arrival[]): Promise<string[]> {
  const inState = (state: string) =>
    number(
      `select count(*) from message_data where client_key like 'bench-%' and delivery ${state}`,
    )
  const answered = arrivals.filter((arrival) => arrival.answered).length
  const [sent, unknown, others] = [
    await inState("= 'sent'"),
    await inState("= 'unknown'"),
    await inState("not in ('sent', 'unknown')"),
  ]
  return [
    ...(answered === arrivals.length ? ['no call hung'] : []),
    ...(sent !== answered ? [`${sent} replies are sent, WeChat answered ${answered}`] : []),
    ...(unknown !== arrivals.length - answered
      ? [`${unknown} replies are unknown, WeChat left ${arrivals.length - answered} unanswered`]
      : []),
    ...(others > 0 ? [`${others} replies are neither sent nor unknown`] : []),
  ]
}
