// Folds the log back into the database file, beside the writer instead of under it. Under load the writer is always ahead, so a
// log that has grown long is asked to be finished by the writer itself, between two units: then it starts from its beginning.
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { isUnforced, type Folded } from './unforced.ts'

const everyMs = 200
const worthFolding = 1000
const long = 16_000

const database = new Database((workerData as { database: string }).database)
database.pragma('synchronous = FULL')

type Log = { log: number; checkpointed: number }
const checkpoint = (mode: 'noop' | 'passive') =>
  (database.pragma(`wal_checkpoint(${mode})`) as [Log])[0]

/** Answers whether the log has grown long. */
function fold(): boolean {
  const { log, checkpointed } = checkpoint('noop')
  if (log - checkpointed < worthFolding) return false
  checkpoint('passive')
  if (log < long) return false
  // what came meanwhile, so that little is left to the writer
  checkpoint('passive')
  return true
}

const tell = (folded: Folded) => {
  parentPort?.postMessage(folded)
}
const ended = new AbortController()
parentPort?.once('message', () => {
  ended.abort()
})
while (!ended.signal.aborted) {
  await sleep(everyMs, undefined, { signal: ended.signal }).catch(() => undefined)
  try {
    if (fold()) tell({ error: null, unforced: false })
  } catch (error) {
    // a full disk, say: nothing is lost, the log only grows, and the next round tries again
    tell({ error: String(error), unforced: isUnforced(error) })
  }
}
database.close()
