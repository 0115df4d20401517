// Forces SQLite's write-ahead log to disk, and copies it into the database file, in a way that does
// not block the writer. SQLite by itself does both during a commit: with `synchronous = FULL`
// nothing else runs while a commit is forced, and now and then one commit has to copy hundreds of
// pages. Here a commit is written at once, several commits are forced together, and callers wait
// until their commit is on disk.
import { close, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../errors.ts'
import type { Folded } from './unforced.ts'

/** Forces a file to disk. Tests replace it by a disk that fails. */
export type Disk = { force: (file: number) => Promise<void> }

export type LogFile = {
  /** Resolves when everything written before this call is on disk. */
  forced: () => Promise<void>
  /** Throws if the disk has failed. After that nothing may be written. */
  refuseBroken: () => void
  isBroken: () => boolean
  breakDown: (error: unknown) => void
  close: () => Promise<void>
}

const realDisk: Disk = { force: promisify(fdatasync) }

type LogFileHears = {
  /**
   * Asks the writer to copy the rest of the log into the database file. Under load this is needed,
   * because the thread that normally copies never quite catches up with the writer.
   */
  finish: () => void
  failed: (why: string) => void
  /**
   * Called when the disk has failed, with the reason and at most once. The process must then end.
   */
  broken: (why: string) => void
}

export function openLogFile(
  database: string,
  { finish, failed, broken }: LogFileHears,
  disk: Disk = realDisk,
): LogFile {
  const log = openSync(`${database}-wal`, 'r+')
  let now: Promise<void> | null = null
  let next: Promise<void> | null = null
  let why: string | null = null

  const refuseBroken = () => {
    if (why !== null) throw new AppError('store_away', why)
  }
  // After one failure nobody knows what is on the disk, and the disk may report success when asked
  // again although data are lost. So nothing more is copied or answered, and only a restart reads
  // the file again.
  const breakDown = (error: unknown) => {
    if (why !== null) return
    why = `The disk did not keep a commit (${String(error)}).`
    worker.postMessage('end')
    broken(why)
  }
  const forceOnce = async () => {
    try {
      await disk.force(log)
    } catch (error) {
      breakDown(error)
    }
    now = null
    refuseBroken()
  }
  const forced = (): Promise<void> => {
    if (!now) return (now = forceOnce())
    // a force to disk that is running now may have started before our commit was written, so
    // another one is needed
    return (next ??= now.then(() => {
      next = null
      return (now = forceOnce())
    }))
  }

  // `.js` and not `.ts`: a worker thread is started by the path of the compiled file and not by an
  // import
  const worker = new Worker(new URL('./checkpoint-thread.js', import.meta.url), {
    workerData: { database },
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  worker.on('message', (told: Folded) => {
    if (told.unforced) breakDown(told.error)
    else if (told.error !== null) failed(told.error)
    else finish()
  })
  worker.on('error', (error) => {
    failed(String(error))
  })
  return {
    forced,
    refuseBroken,
    isBroken: () => why !== null,
    breakDown,
    close: async () => {
      worker.postMessage('end')
      await ended
      await promisify(close)(log)
    },
  }
}
