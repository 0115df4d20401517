// The record of what clients experienced. Each operation is one entry; its outcome is `info` if the
// answer does not tell what happened.
import { performance } from 'node:perf_hooks'

export type Outcome = 'ok' | 'fail' | 'info'
export type JournalEntry = {
  client: string
  op: string
  /**
   * What the operation was about, such as an openid or the id of a session, a line or a rule; empty
   * if it was about no single thing.
   */
  key: string
  /** When the operation began, by the monotonic clock of this machine. */
  begin: number
  end: number
  /** The earliest that the product's time can have been when the operation began. */
  at: number
  outcome: Outcome
  detail: any
}
/** `sent`: what is known of the operation even if no answer comes. */
export type OperationAsked = Pick<JournalEntry, 'client' | 'op' | 'key'> & { sent?: object }
export type OperationResult = Pick<JournalEntry, 'outcome' | 'detail'>

export type Journal = {
  entries: JournalEntry[]
  /**
   * Runs an operation and adds its entry when it has ended, so there are only entries of operations
   * that have ended.
   */
  run: (asked: OperationAsked, act: () => Promise<OperationResult>) => Promise<JournalEntry>
  /** Returns the entries that mention one of these names, to explain a breach. */
  about: (names: string[]) => JournalEntry[]
}

/** Opens the record. `lowestNow` returns a time that the product's time has reached in any case. */
export function openJournal(lowestNow: () => number): Journal {
  const entries: JournalEntry[] = []
  return {
    entries,
    run: async ({ sent, ...asked }, act) => {
      const [begin, at] = [performance.now(), lowestNow()]
      const told = await act().catch((error: unknown) => ({
        outcome: 'info' as const,
        detail: { ...sent, error: String(error) },
      }))
      const entry = { ...asked, begin, end: performance.now(), at, ...told }
      entries.push(entry)
      return entry
    },
    about: (names) =>
      entries.filter(({ key, detail }) => {
        if (names.includes(key)) return true
        const text = JSON.stringify(detail)
        return names.some((name) => text.includes(`"${name}"`))
      }),
  }
}

export const lineOf = ({ client, op, key, begin, end, outcome, detail }: JournalEntry) =>
  JSON.stringify({
    client,
    op,
    key,
    begin: Math.round(begin),
    end: Math.round(end),
    outcome,
    detail,
  })

/**
 * The outcome according to the answer's status. If no server gave a proper answer, the operation
 * may have taken effect.
 */
export const outcomeOf = (status: number): Outcome =>
  status < 300 ? 'ok' : status < 500 ? 'fail' : 'info'
