// Checks the timers: none fires early according to an undisturbed clock, and none much later than
// due.
import { performance } from 'node:perf_hooks'
import type { defaultSettings } from '../../../rules/settings.ts'
import { idleSince, minuteMs, queuesSince, waitsSince } from '../../../rules/session/timers.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { marks } from '../marks.ts'
import type { RunFacts } from './facts.ts'
import { timers } from './companies.ts'
import type { Rows } from './look.ts'
import { struckBetween } from './strikes.ts'

type Fired = { session_id: string; reason: keyof typeof leastOf; at: number }
type SpokenLine = { session_id: string; text: string | null; seq: number; opercode: number }

/**
 * The smallest values that the timers have during the run, because settings change and no session
 * may end earlier than these allow.
 */
const leastOf = {
  idle: Math.min(...timers.idleCloseMinutes),
  waiting_timed_out: Math.min(...timers.waitingMinutes),
  queue_timed_out: Math.min(...timers.queueMinutes),
}
const lateMs = 60_000
/** The jobs that run the timers come every half minute. */
const everyMs = 30_000
const heardMs = 10_000

export function openFired({ world, journal, promises, firms, strikes }: RunFacts) {
  const seen = new Set<string>()
  const waited = new Set<string>()
  let looked = 0
  /**
   * When a session ended, by the clock of the process that ended it. If that clock was disturbed,
   * the undisturbed clock is used, which gives a later time.
   */
  const endOf = () => {
    const from = looked - heardMs
    looked = performance.now()
    const now = world.now()
    return struckBetween(strikes, { from }, ['jump'])
      ? () => now
      : (at: number) => Math.min(at, now)
  }
  const look = async (rows: Rows) => {
    const fired = await rows<Fired>(
      `select session_id, reason, at from session_ledger where reason in ('idle', 'waiting_timed_out', 'queue_timed_out')`,
    )
    const fresh = fired.filter(({ session_id }) => !seen.has(session_id)).slice(0, 500)
    if (fresh.length === 0) return
    const ids = fresh.map(({ session_id }) => session_id)
    const lines = await rows<SpokenLine>(
      `select session_id, text, seq, opercode from message_data where session_id in (${marks(ids)}) and opercode in (1, 2, 3, 4) order by seq`,
      ids,
    )
    const texts = new Map(journal.entries.map((entry) => [entry.detail.text, entry]))
    const ended = endOf()
    for (const { session_id: id, reason, at } of fresh) {
      seen.add(id)
      const own = lines.filter((line) => line.session_id === id)
      const counted = own.filter(({ opercode }) => reason === 'idle' || opercode === 2)
      const last = texts.get(counted.at(-1)?.text ?? '')
      if (!last || last.at === 0) continue
      // sessions whose last line came near a jump of the database's clock are not judged: if that
      // clock goes back, the product's time stands still even if the run moves it forward
      const { begin, end } = last
      if (struckBetween(strikes, { from: begin - heardMs, to: end }, ['jump'])) continue
      promises.saw('P19')
      const passed = (ended(at) - last.at) / minuteMs
      if (passed >= leastOf[reason]) continue
      promises.broke('P19', `session ${id} was ended (${reason}) after ${passed.toFixed(1)} min`, [
        id,
        last.key,
      ])
    }
  }
  /**
   * Finds timers that should have fired long ago by the clock of the run. It must not be called
   * during a jump of the database's clock, which the run does not know.
   */
  const overdue = async (rows: Rows): Promise<string[]> => {
    const answer = await firms.A.admin.call('GET', '/api/settings').catch(() => null)
    if (answer?.status !== 200) return ['P19 nobody tells the settings']
    const set = answer.body as typeof defaultSettings
    const open = await rows<SessionRow>(
      'select s.* from message_session s join official_account a on a.account_id = s.account_id where s.state in (0, 1, 2, 3)',
    )
    const mine = open.filter(({ account_id }) => firms.A.accountIds.includes(account_id))
    const fresh = mine.filter(({ session_id: id }) => !waited.has(id))
    for (const { session_id: id } of fresh) waited.add(id)
    promises.saw('P19', fresh.length)
    return mine
      .filter((session) => {
        const [since, minutes] =
          session.state === 3
            ? [queuesSince(session), set.queueMinutes]
            : session.state === 0
              ? [waitsSince(session), set.waitingMinutes]
              : [idleSince(session), set.idleCloseMinutes]
        const due = since + minutes * minuteMs
        return minutes > 0 && world.now() > due + lateMs + everyMs
      })
      .map(({ session_id: id, state }) => `P19 session ${id} (${state}) should have ended`)
  }
  return Object.assign(look, { overdue })
}
