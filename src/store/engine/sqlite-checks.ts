// Checks the database file and its disk for everything on which the safety of the data depends, and
// says how to fix it.
import { accessSync, constants, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Sql } from './sql.ts'
import type { Finding } from './finding.ts'

const leastFree = 512 * 2 ** 20

export async function checkSqlite(sql: Sql, file: string): Promise<Finding[]> {
  const version = await sql.one<{ version: string }>('select sqlite_version() as version')
  const mode =
    (await sql.one<{ journal_mode: string }>('pragma journal_mode'))?.journal_mode ?? 'not known'
  const wrong = await damage(sql)
  return [
    { ok: true, what: `SQLite ${version?.version ?? '?'}, ${file}` },
    finding(
      mode === 'wal',
      `The journal is ${mode}.`,
      'Start kefu once: it sets WAL, unless the file system cannot share memory (a network disk). Put DATA_DIR on a local one.',
    ),
    finding(
      wrong.length === 0,
      wrong.length === 0
        ? 'The file is whole (quick_check).'
        : `The file is damaged: ${wrong.join('; ')}`,
      'Stop kefu, keep a copy of the file as it is, and go back to the last backup.',
    ),
    ...[file, dirname(file)].map(writable),
    roomLeft(file),
  ]
}

async function damage(sql: Sql): Promise<string[]> {
  try {
    const rows = await sql.all<{ quick_check: string }>('pragma quick_check(3)')
    return rows.map((row) => row.quick_check).filter((line) => line !== 'ok')
  } catch (error) {
    return [String(error)]
  }
}

const finding = (ok: boolean, what: string, remedy: string): Finding => ({
  ok,
  what,
  ...(!ok && { remedy }),
})

function writable(path: string): Finding {
  try {
    accessSync(path, constants.W_OK)
    return { ok: true, what: `${path} can be written.` }
  } catch {
    return {
      ok: false,
      what: `${path} cannot be written by this user.`,
      remedy: 'Give it to the user that kefu runs as (chown).',
    }
  }
}

function roomLeft(file: string): Finding {
  const { bavail, bsize } = statfsSync(dirname(file))
  const free = bavail * bsize
  return finding(
    free > leastFree,
    `${Math.floor(free / 2 ** 20)} MB are free on the disk.`,
    'Make room: under load the log alone takes some hundred MB, and a full disk stores no push.',
  )
}
