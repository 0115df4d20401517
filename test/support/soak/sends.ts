// Reads the simulator's record of what was sent to followers.
import type { LedgerItem } from 'wechat-simulator'
import type { World } from './world.ts'

export type Send = {
  n: number
  openid: string
  text: string
  delivered: boolean
  fault?: string
  errcode?: number
  /** When the message was sent, by the monotonic clock of this machine. */
  at: number
}
export type Sends = {
  /** Reads what the simulator has recorded since the last time. */
  read: () => Promise<void>
  all: Send[]
  byText: Map<string, Send[]>
}

const sendPath = '/cgi-bin/message/custom/send'
/**
 * Recognises the replies that agents wrote. Greetings, and the texts of rules and jobs, may be sent
 * many times.
 */
export const isReply = (text: string) => / 答 /.test(text)

export function openSends({ simulator, monoOf }: World): Sends {
  const all: Send[] = []
  const byText = new Map<string, Send[]>()
  let after = 0
  let turn = Promise.resolve()
  const take = (item: LedgerItem) => {
    const text = (item.request as { text?: { content?: string } }).text?.content ?? ''
    const send: Send = {
      n: item.n,
      openid: item.openid ?? '',
      text,
      delivered: item.delivered === true,
      at: monoOf(Date.parse(item.at)),
      ...(item.fault !== undefined && { fault: item.fault }),
      ...(item.errcode !== undefined && { errcode: item.errcode }),
    }
    all.push(send)
    const same = [...(byText.get(text) ?? []), send]
    if (isReply(text)) byText.set(text, same)
  }
  const read = async () => {
    for (;;) {
      const answer = await fetch(`${simulator}/sim/ledger?after=${after}&limit=10000`)
      const { items, next } = (await answer.json()) as { items: LedgerItem[]; next: number }
      for (const item of items) if (item.path === sendPath) take(item)
      after = next
      if (items.length < 10_000) return
    }
  }
  return {
    read: () => (turn = turn.then(read)),
    all,
    byText,
  }
}
