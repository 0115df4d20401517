import type { InboxRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

type Seen = { inbox_id: string, account_id: string, dedup_key: string, state: string }

export const inboxQueries = (sql: Sql) => ({
  /** Adds what is new and answers the rows that stand now, by key: whose id is ours is new. */
  add: async (rows: InboxRow[]): Promise<Map<string, Seen>> => {
    if (await sql.insertNew('inbox', rows) === rows.length) return new Map(rows.map((row) => [inboxKey(row), row]))
    const accounts = list([...new Set(rows.map((row) => row.account_id))])
    const keys = list(rows.map((row) => row.dedup_key))
    const seen = await sql.all<Seen>(
      `select inbox_id, account_id, dedup_key, state from inbox where account_id in (${accounts.marks}) and dedup_key in (${keys.marks})`,
      [...accounts.values, ...keys.values])
    return new Map(seen.map((row) => [inboxKey(row), row]))
  },
})

export const inboxKey = (row: { account_id: string, dedup_key: string }) => `${row.account_id} ${row.dedup_key}`
