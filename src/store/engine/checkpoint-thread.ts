// Copies SQLite's log back into the database file, in a thread beside the writer. Under load the
// writer is always a little ahead, so when the log has grown long, the writer itself is asked to
// copy the rest between two transactions. The log then starts again from its beginning.
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import { isUnforced, type Folded } from './unforced.ts'

const everyMs = 200
const worthFolding = 1000
const long = 16_000

const database = new Database((workerData as { database: string }).database)
database.pragma('synchronous = FULL')

type LogFrames = { log: number; checkpointed: number }
const checkpoint = (mode: 'noop' | 'passive') =>
  (database.pragma(`wal_checkpoint(${mode})`) as [LogFrames])[0]

/**
 * Copies SQLite's log into the database file. Returns whether the log has grown so long that the
 * writer must finish the work.
 */
function fold(): boolean {
  const { log, checkpointed } = checkpoint('noop')
  if (log - checkpointed < worthFolding) return false
  checkpoint('passive')
  if (log < long) return false
  // copies once more, namely what the writer added during the first copy, so that little is left
  // for the writer to copy itself
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
    // a failed copy, for example because the disk is full, loses nothing: the log grows, and the
    // next round tries again
    tell({ error: String(error), unforced: isUnforced(error) })
  }
}
database.close()
