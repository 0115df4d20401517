// A reply is unknown where its answer was lost, or where whoever sent it died or could not write down what became of it just then.
import { performance } from 'node:perf_hooks'
import type { Facts } from './facts.ts'
import type { Rows } from './look.ts'
import type { Sends } from './sends.ts'
import { struckBetween, type Struck } from './strikes.ts'

/** A lease of the dead runs out, and the sweep comes by. */
const shownWithinMs = 60_000
/** From the moment when it is at WeChat until what became of it is written. */
const writtenWithinMs = 3000
/** WeChat notes it a moment after it came. */
const notedWithinMs = 500
/** After each of them nobody can know whether the line arrived; any other answer says it. */
const losesAnswer = ['slow', 'silent', 'reset', 'half', 'refuse', 'html']
const losesSender: Struck['kind'][] = [
  'kill',
  'freeze',
  'fullDisk',
  'cutDatabase',
  'slowDatabase',
  'deadDatabase',
]
/** Nobody renews the lease of what is answered passively. */
const losesPassive: Struck['kind'][] = [...losesSender, 'jump']

/** WeChat tells of a call when it is over, which may be after the product has given it up. */
const toldWithinMs = 5000

type Unknown = { outbox_id: string; way: string; text: string | null }

export function openUnknowns({ journal, promises, strikes }: Facts, sends: Sends) {
  const suspects = new Map<string, Unknown & { seenAt: number }>()
  const seen = new Set<string>()
  let settled = 0
  const isHonest = ({ outbox_id: id, way, text, seenAt }: Unknown & { seenAt: number }) => {
    const same = sends.all.filter((one) => one.text === text)
    if (same.some(({ fault }) => fault !== undefined && losesAnswer.includes(fault))) return true
    const began = journal.entries.find(({ detail }) => detail.messageId === id)?.begin ?? 0
    const [first, last] = [same[0], same.at(-1)]
    const window =
      first && last
        ? { from: first.at - notedWithinMs, to: last.at + writtenWithinMs }
        : { from: Math.max(began, seenAt - shownWithinMs), to: seenAt }
    return struckBetween(strikes, window, way === 'api' ? losesSender : losesPassive) !== undefined
  }
  /** Those who were seen long enough ago, or all. */
  const judge = (all: boolean) => {
    for (const [id, one] of suspects) {
      if (!all && performance.now() - one.seenAt < toldWithinMs) continue
      suspects.delete(id)
      if (isHonest(one)) continue
      promises.broke('P12', `reply ${id} (${one.way}) is unknown, and nothing was struck`, [id])
    }
  }
  const look = async (rows: Rows) => {
    judge(false)
    const ended = await countEnded(rows)
    promises.saw('P12', Math.max(0, ended - settled))
    settled = Math.max(settled, ended)
    const unknown = await rows<Unknown>(
      "select o.outbox_id, o.way, m.text from outbox o join message_data m on m.message_id = o.outbox_id where o.state = 'unknown'",
    )
    for (const one of unknown.filter(({ outbox_id: id }) => !seen.has(id))) {
      seen.add(one.outbox_id)
      suspects.set(one.outbox_id, { ...one, seenAt: performance.now() })
    }
  }
  return Object.assign(look, {
    judgeAll: () => {
      judge(true)
    },
  })
}

const countEnded = async (rows: Rows): Promise<number> =>
  (
    await rows<{ n: number }>(
      "select count(*) as n from outbox where state in ('sent', 'failed', 'unknown')",
    )
  )[0]?.n ?? 0
