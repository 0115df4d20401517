// Followers in a long run. They write through the simulator, which pushes like WeChat: signed,
// waiting 5 s, up to three times with the same MsgId.
import { post } from '../app.ts'
import type { Draw } from '../random.ts'
import type { Firm } from './companies.ts'
import type { OperationAsked, OperationResult } from './journal.ts'
import type { SoakClient } from './client.ts'

export type Attempt = { status: number | null; ms: number; outcome: string }
export type Pushed = { text: string; msgId: string; attempts: Attempt[] }

/** Each client has followers of its own, so that the order of what each of them wrote is known. */
export function follow(
  client: SoakClient,
  firm: Firm,
  mine: Firm['followers'],
): () => Promise<void> {
  let n = 0
  return async () => {
    const who = client.draw.one(mine)
    n += 1
    const kind = client.draw.weighed({ write: 40, leave: 1 })
    const asked: OperationAsked = { client: client.name, op: 'push', key: who.openid }
    if (kind === 'leave') {
      for (const event of ['unsubscribe', 'subscribe']) {
        await client.journal.run({ ...asked, op: event }, () =>
          push(client, firm, [`${who.openid}/event`, { appid: who.appid, event }]),
        )
      }
      return
    }
    const text = `${firm.mark} ${client.name} ${n}${client.draw.below(12) === 0 ? ' 营业' : ''}`
    const body = { appid: who.appid, type: 'text', text, ...copies(client.draw) }
    await client.journal.run(asked, () => push(client, firm, [`${who.openid}/send`, body]))
  }
}

function copies(draw: Draw): object {
  return draw.one([
    ...Array.from({ length: 8 }, () => ({})),
    { copies: 2, parallel: true },
    { copies: 2 },
    { copies: 3, parallel: true },
  ])
}

async function push(
  { world, promises }: SoakClient,
  firm: Firm,
  [path, body]: [path: string, body: { appid: string; text?: string; [more: string]: unknown }],
): Promise<OperationResult> {
  const answer = await post(`${world.simulator}/sim/followers/${path}`, body).catch(String)
  if (typeof answer === 'string') {
    return { outcome: 'info', detail: { text: body.text, error: answer } }
  }
  const { tries, msgId, reply, shown } = answer
  const answers = JSON.stringify([reply, shown])
  if (answers.includes(firm.side === 'A' ? '《乙》' : '《甲》')) {
    promises.broke('P22', `a follower of ${firm.side} was answered by the other`, [msgId])
  }
  const isTaken = (tries as Attempt[]).some(({ status }) => status === 200)
  return { outcome: isTaken ? 'ok' : 'info', detail: { text: body.text, msgId, attempts: tries } }
}
