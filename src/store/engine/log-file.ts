// SQLite's write-ahead log, forced and folded beside the writer. Left to itself SQLite does both inside a commit and holds the
// whole process up: `synchronous = FULL` forces each commit while nothing else runs, and every so often one commit pays for
// writing hundreds of pages back. Here a commit is written at once, several are forced together, and who asked waits for that.
import { close, fdatasync, openSync } from 'node:fs'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../errors.ts'
import type { Folded } from './unforced.ts'

/** What forces a file to the disk. */
export type Disk = { force: (file: number) => Promise<void> }

export type LogFile = {
  /** Resolves once everything written before this call is on the disk. */
  forced: () => Promise<void>
  /** Throws once the disk has failed: nothing more may be written. */
  refuseBroken: () => void
  isBroken: () => boolean
  breakDown: (error: unknown) => void
  close: () => Promise<void>
}

const realDisk: Disk = { force: promisify(fdatasync) }

type Hears = {
  /** Copies what is left, in the writer's own turn: under load it is always a little ahead of the thread. */
  finish: () => void
  failed: (why: string) => void
  /** Once: this process must end. */
  broken: (why: string) => void
}

export function openLogFile(
  database: string,
  { finish, failed, broken }: Hears,
  disk: Disk = realDisk,
): LogFile {
  const log = openSync(`${database}-wal`, 'r+')
  let now: Promise<void> | null = null
  let next: Promise<void> | null = null
  let why: string | null = null

  const refuseBroken = () => {
    if (why !== null) throw new AppError('store_away', why)
  }
  // after one failure nobody knows what the disk holds, and what is asked again it may call kept: nothing is folded any more,
  // nothing is answered, and only a restart reads the file again
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
