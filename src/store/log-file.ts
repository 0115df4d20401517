// SQLite's write-ahead log, forced and folded beside the writer. Left to itself SQLite does both inside a commit and holds the
// whole process up: `synchronous = FULL` forces each commit while nothing else runs, and every so often one commit pays for
// writing hundreds of pages back. Here a commit is written at once, several are forced together, and who asked waits for that.
import { close, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'

export type LogFile = {
  /** Resolves once everything written before this call is on the disk. */
  forced: () => Promise<void>
  close: () => Promise<void>
}

const force = promisify(fdatasync)

type Hears = {
  /** Copies what is left, in the writer's own turn: under load it is always a little ahead of the thread. */
  finish: () => void
  failed: (why: string) => void
}

export function openLogFile(database: string, { finish, failed }: Hears): LogFile {
  const log = openSync(`${database}-wal`, 'r+')
  let now: Promise<void> | null = null
  let next: Promise<void> | null = null

  // after one failure nobody knows what the disk holds: `now` stays as it is, and only a restart reads the file again
  const forceOnce = () =>
    force(log).then(
      () => {
        now = null
      },
      (error: unknown) => {
        throw new Error(`The disk did not keep a commit (${String(error)}). Restart kefu.`)
      },
    )
  const forced = (): Promise<void> => {
    if (!now) return (now = forceOnce())
    // what runs now may have begun before our commit was written
    return (next ??= now.then(() => {
      next = null
      return (now = forceOnce())
    }))
  }

  // the build's name: a worker is started by path, not by import
  const worker = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
    workerData: { database },
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  worker.on('message', (why: string | null) => {
    if (why === null) finish()
    else failed(why)
  })
  worker.on('error', (error) => {
    failed(String(error))
  })
  return {
    forced,
    close: async () => {
      worker.postMessage('end')
      await ended
      await promisify(close)(log)
    },
  }
}
