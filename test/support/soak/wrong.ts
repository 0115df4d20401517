// Makes one thing wrong in the invented run, so that a test can see whether the checks find it.
import { performance } from 'node:perf_hooks'
import { openDraw } from '../random.ts'
import type { JournalEntry } from './journal.ts'
import type { MadeUp } from './made-up.ts'
import type { Struck } from './strikes.ts'

export type Case = {
  what: string
  make?: (day: MadeUp) => unknown
  /**
   * Makes a second change, between two checks of the invented run, for faults that show only over
   * time.
   */
  then?: (day: MadeUp) => void
  told: RegExp
}

export const entryOf = ({ entries }: MadeUp, op: string, n = 0) =>
  entries.filter((one) => one.op === op)[n] as JournalEntry
export const sql =
  (...queries: string[]) =>
  (day: MadeUp) => {
    for (const query of queries) day.sql(query)
  }
export const selfCheckSays = (id: string, detail: string) => (day: MadeUp) => {
  day.answers['/api/admin/self-check'] = { promises: [{ id, verdict: 'violated', detail }] }
}
export const clientOf = ({ facts: { world, journal, promises } }: MadeUp) => ({
  name: 'made up',
  draw: openDraw(1),
  world,
  journal: {
    ...journal,
    run: (_asked: unknown, act: () => Promise<unknown>) => act() as Promise<JournalEntry>,
  },
  promises,
})
export const strike = ({ struck }: MadeUp, kind: Struck['kind'], agoMs: number) => {
  const begin = performance.now() - agoMs
  struck.push({ kind, begin, end: begin + 500 })
}
export const becomes = (state: string) =>
  `update outbox set state = '${state}' where outbox_id = 'r2'`
export const unknown = sql(becomes('unknown'))
