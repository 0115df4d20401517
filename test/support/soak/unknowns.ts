// A reply is unknown where an answer was lost, or where whoever sent it died or could not write down what became of it.
import { performance } from 'node:perf_hooks'
import type { Facts } from './facts.ts'
import type { Rows } from './look.ts'
import type { Sends } from './sends.ts'

/** A lease of the dead runs out, and the sweep comes by. */
const shownWithinMs = 60_000

export function openUnknowns({ journal, promises, strikes }: Facts, sends: Sends) {
  const seen = new Set<string>()
  let settled = 0
  /** What no agent wrote is not older than this. */
  const beganOf = (id: string) =>
    journal.entries.find(({ detail }) => detail.messageId === id)?.begin ??
    performance.now() - shownWithinMs
  return async (rows: Rows) => {
    const ended = await countEnded(rows)
    promises.saw('P12', Math.max(0, ended - settled))
    settled = Math.max(settled, ended)
    const unknown = await rows<{ outbox_id: string; way: string; text: string | null }>(
      "select o.outbox_id, o.way, m.text from outbox o join message_data m on m.message_id = o.outbox_id where o.state = 'unknown'",
    )
    for (const { outbox_id: id, way, text } of unknown) {
      if (seen.has(id)) continue
      seen.add(id)
      if (sends.byText.get(text ?? '')?.some((one) => one.fault !== undefined)) continue
      if (strikes.since(beganOf(id))) continue
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
