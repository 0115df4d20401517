// The product's store, and a copy whose connections count what each statement touches. While
// counting is on, everything goes to the copy.
import type { Config } from '../../../src/config.ts'
import { mysql, sqlite } from '../../../src/store/engine/dialect.ts'
import type { Store, Unit } from '../../../src/store/store.ts'
import { openTransact, unitOn, type AskAll } from '../../../src/store/transactions.ts'
import { openWriter } from '../../../src/store/engine/writer.ts'
import { isCluster } from '../edition.ts'
import type { Counting, OpenCounting } from './counting.ts'

export type CountedStatement = {
  text: string
  touched: number
  rows: number
  where: 'read' | 'slow' | 'work'
}
/** The statements of a piece of work, and how many rows each transaction changed. */
export type Heard = { statements: CountedStatement[]; changed: number[] }
/**
 * The number and the longest duration (in ms) of the product's transactions, except those of
 * pushes.
 */
export type Timed = { units: number; longestMs: number }

const dialect = isCluster ? mysql : sqlite

export function openCountedStore(open: OpenCounting) {
  const state = {
    heard: null as Heard | null,
    timed: { units: 0, longestMs: 0 },
    counted: null as Pick<Store, 'read' | 'slow' | 'work'> | null,
  }
  let reading: Counting | null = null
  let writing: Counting | null = null

  const begin = async (config: Config): Promise<void> => {
    const [reader, writer] = [await open(config), await open(config)]
    ;[reading, writing] = [reader, writer]
    const hear = (
      where: CountedStatement['where'],
      text: string,
      one: { touched: number; rows: number },
    ) => {
      state.heard?.statements.push({ text, where, ...one })
    }
    const unit = (where: 'read' | 'slow'): Unit =>
      unitOn(dialect, async (text, values) => {
        const answer = await reader.ask(text, values)
        hear(where, text, { touched: answer.touched, rows: answer.records.length })
        return answer
      })
    state.counted = {
      read: unit('read'),
      slow: unit('slow'),
      work: countedWork(writer, hear, (changed) => state.heard?.changed.push(changed)),
    }
  }

  const counts = () => (state.heard ? state.counted : null)
  return {
    begin,
    /** Runs the work and returns its statements with their counts. */
    during: async (work: () => Promise<unknown>): Promise<Heard> => {
      const heard: Heard = { statements: [], changed: [] }
      state.heard = heard
      try {
        await work()
        return heard
      } finally {
        state.heard = null
      }
    },
    /**
     * Returns how many transactions the product has made on its own connections, except those of
     * pushes, and how long the longest took.
     */
    timed: (): Timed => state.timed,
    resetTimes: () => {
      state.timed = { units: 0, longestMs: 0 }
    },
    close: async () => {
      await reading?.close()
      await writing?.close()
    },
    wrapStore: (store: Store): Store => ({
      ...store,
      get read() {
        return counts()?.read ?? store.read
      },
      get slow() {
        return counts()?.slow ?? store.slow
      },
      work: (kind, body, limits) => {
        const counted = counts()
        if (counted) return counted.work(kind, body, limits)
        return store.work(
          kind,
          async (unit) => {
            const began = performance.now()
            try {
              return await body(unit)
            } finally {
              if (kind !== 'push') {
                const ms = performance.now() - began
                state.timed.units += 1
                state.timed.longestMs = Math.max(state.timed.longestMs, ms)
              }
            }
          },
          limits,
        )
      },
    }),
  }
}

type Hear = (where: 'work', text: string, one: { touched: number; rows: number }) => void

/**
 * Runs transactions one after the other on the counting connection, so that each is counted for
 * itself.
 */
function countedWork(
  writer: Counting,
  hear: Hear,
  ended: (changed: number) => void,
): Store['work'] {
  const transact = openTransact(dialect, undefined)
  const turns = openWriter()
  return (kind, body) =>
    turns.run(kind, async () => {
      let changed = 0
      const ask: AskAll = async (statements) => {
        let last = { records: [] as object[], affected: 0, insertId: 0 }
        for (const { text, values } of statements) {
          const answer = await writer.ask(text, values)
          hear('work', text, { touched: answer.touched, rows: answer.records.length })
          changed += answer.affected
          last = answer
        }
        return last
      }
      const result = await transact({ ask }, kind, body)
      ended(changed)
      return result
    })
}
