// Reads the database directly, with several queries that see the same moment.
import Database from 'better-sqlite3'
import { createConnection, type Connection } from 'mysql2/promise'

export type Rows = <T>(query: string, values?: (string | number)[]) => Promise<T[]>
export type Look = {
  /**
   * Runs several queries that all see the database at the same moment, so that they can be
   * compared.
   */
  once: <R>(ask: (rows: Rows) => Promise<R>) => Promise<R>
  close: () => Promise<void>
}

export function lookAtFile(file: string): Look {
  return {
    once: async (ask) => {
      const database = new Database(file, { readonly: true, fileMustExist: true })
      try {
        database.exec('begin')
        return await ask(
          async <T>(query: string, values: (string | number)[] = []) =>
            database.prepare(query).all(...values) as T[],
        )
      } finally {
        database.close()
      }
    },
    close: () => Promise.resolve(),
  }
}

export async function lookAtServer(url: string): Promise<Look> {
  const connection: Connection = await createConnection({
    uri: url.replace('mariadb:', 'mysql:'),
    charset: 'utf8mb4',
    supportBigNumbers: true,
  })
  let turn: Promise<unknown> = Promise.resolve()
  const inTurn = <R>(work: () => Promise<R>): Promise<R> => {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }
  return {
    once: (ask) =>
      inTurn(async () => {
        await connection.query('start transaction with consistent snapshot, read only')
        try {
          return await ask(async <T>(query: string, values: (string | number)[] = []) => {
            const [rows] = await connection.query(query, values)
            return rows as T[]
          })
        } finally {
          await connection.query('rollback')
        }
      }),
    close: () => connection.end(),
  }
}
