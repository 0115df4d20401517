// An empty store for one process of an edition: a directory of its own, and in the cluster edition
// a new database and an emptied Redis.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Edition } from '../services/editions.ts'
import { removeDir } from '../services/places.ts'
import type { Cluster } from './cluster.ts'
import { numberIn, type NumberOf } from './count.ts'
import type { Environment } from './serve-kefu.ts'

export type EditionStore = {
  settings: Environment
  /** The file of the SQLite database, or the URL of the other one. */
  database: string
  /** Reads a number from the store, once the process that uses it has ended. */
  number: NumberOf
  drop: () => Promise<void>
}

export async function freshStore(
  edition: Edition,
  { cluster, dir }: { cluster: Cluster | null; dir: string },
): Promise<EditionStore> {
  mkdirSync(dir, { recursive: true })
  const own = mkdtempSync(join(dir, `${edition}-`))
  const clear = () => {
    removeDir(own)
  }
  if (edition === 'embedded') {
    const file = join(own, 'kefu.db')
    const drop = async () => {
      clear()
    }
    return { settings: { DATA_DIR: own }, database: file, number: numberIn(file), drop }
  }
  if (!cluster) throw new Error('no cluster was opened')
  const { settings, url, number, drop } = await cluster.fresh()
  return {
    settings: { ...settings, DATA_DIR: own },
    database: url,
    number,
    drop: async () => {
      await drop()
      clear()
    },
  }
}
