// Runs long reads in a thread of their own, with a connection that cannot write, because
// better-sqlite3 blocks the thread in which it runs.
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { Value } from './sql.ts'
import { openStatements } from './sqlite-statements.ts'

const database = new Database((workerData as { database: string }).database, { readonly: true })
database.pragma('busy_timeout = 1000')
const ask = openStatements(database)

type ThreadQuestion = { n: number; text: string; values: Value[] } | 'end'
parentPort?.on('message', (asked: ThreadQuestion) => {
  if (asked === 'end') {
    database.close()
    parentPort?.close()
    return
  }
  const { n, text, values } = asked
  ask(text, values).then(
    (answer) => {
      parentPort?.postMessage({ n, answer })
    },
    (error: unknown) => {
      parentPort?.postMessage({ n, error: String(error) })
    },
  )
})
