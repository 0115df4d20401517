// A reply is unknown where its answer was lost, or where whoever sent it died or could not write down what became of it just then.
import { performance } from 'node:perf_hooks'
import type { Facts } from './facts.ts'
import type { Rows } from './look.ts'
import type { Sends } from './sends.ts'
import { struckBetween, type Struck } from './strikes.ts'

/** A lease of the dead runs out, and the sweep comes by. */
const shownWithinMs = 60_000
/** From the moment when it is at WeChat until what became of it is written. */
const writtenWithinMs = 5000
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

type Unknown = { outbox_id: string; way: string; text: string | null }

export function openUnknowns({ journal, promises, strikes }: Facts, sends: Sends) {
  const seen = new Set<string>()
  let settled = 0
  const isHonest = ({ outbox_id: id, way, text }: Unknown) => {
    const same = sends.all.filter((one) => one.text === text)
    if (same.some(({ fault }) => fault !== undefined && losesAnswer.includes(fault))) return true
    const now = performance.now()
    const began = journal.entries.find(({ detail }) => detail.messageId === id)?.begin ?? 0
    const [first, last] = [same[0], same.at(-1)]
    const window =
      first && last
        ? { from: first.from, to: last.to + writtenWithinMs }
        : { from: Math.max(began, now - shownWithinMs), to: now }
    return struckBetween(strikes, window, way === 'api' ? losesSender : losesPassive) !== undefined
  }
  return async (rows: Rows) => {
    const ended = await countEnded(rows)
    promises.saw('P12', Math.max(0, ended - settled))
    settled = Math.max(settled, ended)
    const unknown = await rows<Unknown>(
      "select o.outbox_id, o.way, m.text from outbox o join message_data m on m.message_id = o.outbox_id where o.state = 'unknown'",
    )
    for (const one of unknown.filter(({ outbox_id: id }) => !seen.has(id))) {
      const { outbox_id: id, way } = one
      seen.add(id)
      if (isHonest(one)) continue
      promises.broke('P12', `reply ${id} (${way}) is unknown, and nothing was struck`, [id])
    }
  }
}

const countEnded = async (rows: Rows): Promise<number> =>
  (
    await rows<{ n: number }>(
      "select count(*) as n from outbox where state in ('sent', 'failed', 'unknown')",
    )
  )[0]?.n ?? 0
