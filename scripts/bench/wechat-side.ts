// WeChat's side of a benchmark: the simulator in a process of its own, its followers, and what its
// ledger says about the replies that it got.
import type { Agent as Sockets } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LedgerItem } from 'wechat-simulator'
import { callHttp } from './http-call.ts'
import { startServer } from './child.ts'
import type { benchAccount } from './pushes.ts'

/**
 * A reply that WeChat has got. `at` is the moment in ms since 1970, by the clock of the machine.
 * `n` is its place among everything that WeChat has got.
 */
export type Arrival = { text: string; openid: string; at: number; n: number; answered: boolean }
export type WechatSide = {
  url: string
  register: (account: typeof benchAccount, callbackUrl: string) => Promise<void>
  /** A follower writes, and the product has stored it. */
  write: (appid: string, openid: string) => Promise<void>
  /** From now on the account's messages take effect, but the calls are never answered. */
  hang: (appid: string) => Promise<void>
  mend: () => Promise<void>
  /** Waits until so many replies have arrived in all, and returns all of them. */
  arrivals: (howMany: number) => Promise<Arrival[]>
  stop: () => Promise<void>
}

const sendPath = '/cgi-bin/message/custom/send'
const arriveWithinMs = 120_000
const lookEveryMs = 100

export async function openWechatSide(sockets: Sockets): Promise<WechatSide> {
  const { url, stop } = await startServer('simulator', [])
  const heard: Arrival[] = []
  let next = 0

  const call = async <Body>(path: string, body?: object, method?: string) => {
    const answer = await callHttp<Body>(`${url}${path}`, {
      sockets,
      ...(method && { method }),
      body,
    })
    if (answer.status >= 400) throw new Error(`the simulator refused ${path}`)
    return answer.body
  }
  const hear = async (): Promise<number> => {
    const path = `/sim/ledger?after=${next}&limit=10000`
    const page = await call<{ items: LedgerItem[]; next: number }>(path, undefined, 'GET')
    next = page.next ?? next
    heard.push(...(page.items ?? []).flatMap(arrivalOf))
    return page.items?.length ?? 0
  }
  return {
    url,
    stop,
    register: async (account, callbackUrl) => {
      await call('/sim/accounts', { ...account, mode: 'plain', callbackUrl })
    },
    write: async (appid, openid) => {
      await call('/sim/followers', { appid, openid })
      const push = { appid, type: 'text', text: '在吗' }
      const { status } = await call<{ status: number }>(`/sim/followers/${openid}/send`, push)
      if (status !== 200) throw new Error(`a push was answered ${status ?? 'by nobody'}`)
    },
    hang: async (appid) => {
      await call('/sim/faults', { kind: 'silent', path: sendPath, appid, next: 0 })
    },
    mend: async () => {
      await call('/sim/faults', undefined, 'DELETE')
    },
    arrivals: async (howMany) => {
      const until = Date.now() + arriveWithinMs
      while ((await hear()) > 0 || heard.length < howMany) {
        if (Date.now() > until) throw new Error(`${heard.length} of ${howMany} replies arrived`)
        await sleep(lookEveryMs)
      }
      return heard
    },
  }
}

function arrivalOf({ path, request, openid = '', at, n, status, delivered }: LedgerItem) {
  if (path !== sendPath || delivered !== true) return []
  const { text } = request as { text: { content: string } }
  return [{ text: text.content, openid, at: Date.parse(at), n, answered: status === 200 }]
}
