// Checks that a reply is unknown only if its answer was lost or was "system busy", or if its sender
// died or could not store the result.
import { performance } from 'node:perf_hooks'
import type { RunFacts } from './facts.ts'
import type { Rows } from './look.ts'
import type { Sends } from './sends.ts'
import { struckBetween, type Struck } from './strikes.ts'

/**
 * Within this time a reply of a dead process becomes unknown: its lease has to expire first, and
 * then the job has to run.
 */
const shownWithinMs = 60_000
/** How long it may take from a reply's arrival at the simulator until its result is stored. */
const writtenWithinMs = 3000
/** How long after a message has arrived the simulator may take to record it. */
const notedWithinMs = 500
/** The failures of the simulated WeChat after which nobody can know whether the message arrived. */
const losesAnswer = ['slow', 'silent', 'reset', 'half', 'refuse', 'html']
/** WeChat's errcode for "system busy", after which nobody knows whether the reply was sent. */
const saysNothing = -1
const losesSender: Struck['kind'][] = [
  'kill',
  'freeze',
  'fullDisk',
  'cutDatabase',
  'slowDatabase',
  'deadDatabase',
]
/**
 * The disturbances after which a passive answer may be unknown. Its lease is not renewed, so a jump
 * of the clock can also lose it.
 */
const losesPassive: Struck['kind'][] = [...losesSender, 'jump']

/**
 * For this long a reply is not judged: the simulator reports a call only when it is over, possibly
 * after the product gave it up.
 */
const toldWithinMs = 5000

type Unknown = { outbox_id: string; way: string; text: string | null }

export function openUnknowns({ journal, promises, strikes }: RunFacts, sends: Sends) {
  const suspects = new Map<string, Unknown & { seenAt: number }>()
  const seen = new Set<string>()
  let settled = 0
  /** Decides whether the result of this reply really could not be known, and records why. */
  const judgeOne = ({ outbox_id: id, way, text, seenAt }: Unknown & { seenAt: number }) => {
    const same = sends.all.filter((one) => one.text === text)
    const began = journal.entries.find(({ detail }) => detail.messageId === id)?.begin ?? 0
    const [first, last] = [same[0], same.at(-1)]
    const window =
      first && last
        ? { from: first.at - notedWithinMs, to: last.at + writtenWithinMs }
        : { from: Math.max(began, seenAt - shownWithinMs), to: seenAt }
    const isHonest =
      same.some(
        ({ fault = '', errcode }) => losesAnswer.includes(fault) || errcode === saysNothing,
      ) || struckBetween(strikes, window, way === 'api' ? losesSender : losesPassive) !== undefined
    return { isHonest, about: { seenAt, sends: same, window } }
  }
  /**
   * Judges replies whose result is unknown: those that were seen long enough ago, or all of them at
   * the end.
   */
  const judge = (all: boolean) => {
    for (const [id, one] of suspects) {
      if (!all && performance.now() - one.seenAt < toldWithinMs) continue
      suspects.delete(id)
      const { isHonest, about } = judgeOne(one)
      if (isHonest) continue
      const looked = JSON.stringify({ ...about, strikes: strikes.all })
      const what = `reply ${id} (${one.way}) is unknown, and nothing was struck: ${looked}`
      promises.broke('P12', what, [id])
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
