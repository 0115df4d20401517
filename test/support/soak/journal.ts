// What the clients saw: each operation is one entry, whose outcome is `info` where the answer leaves it open.
import { performance } from 'node:perf_hooks'

export type Outcome = 'ok' | 'fail' | 'info'
export type Entry = {
  client: string
  op: string
  /** What it was done to: an openid, or the id of a session or a line. */
  key: string
  /** By the monotonic clock of this machine. */
  begin: number
  end: number
  /** The product's time when it began, or earlier. */
  at: number
  outcome: Outcome
  detail: any
}
export type Asked = Pick<Entry, 'client' | 'op' | 'key'>
export type Told = Pick<Entry, 'outcome' | 'detail'>

export type Journal = {
  entries: Entry[]
  /** Those that have ended; an operation under way is none yet. */
  run: (asked: Asked, act: () => Promise<Told>) => Promise<Entry>
  /** Entries that name one of these. */
  about: (names: string[]) => Entry[]
}

/** `lowestNow`: the product's time, at least as it is known there. */
export function openJournal(lowestNow: () => number): Journal {
  const entries: Entry[] = []
  return {
    entries,
    run: async (asked, act) => {
      const [begin, at] = [performance.now(), lowestNow()]
      const told = await act().catch((error: unknown) => ({
        outcome: 'info' as const,
        detail: { error: String(error) },
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

export const lineOf = ({ client, op, key, begin, end, outcome, detail }: Entry) =>
  JSON.stringify({
    client,
    op,
    key,
    begin: Math.round(begin),
    end: Math.round(end),
    outcome,
    detail,
  })

/** Of an answer: what no server said with its own words may have happened. */
export const outcomeOf = (status: number): Outcome =>
  status < 300 ? 'ok' : status < 500 ? 'fail' : 'info'
