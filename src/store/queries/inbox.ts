import type { InboxRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

type Seen = { inbox_id: string; account_id: string; dedup_key: string; state: string }

const inboxKey = (row: { account_id: string; dedup_key: string }) =>
  `${row.account_id} ${row.dedup_key}`

export class InboxQueries extends Queries {
  /**
   * Adds pushes to the inbox and returns for each the row that is stored now. If that row has our
   * id, the push is new; otherwise it was delivered before.
   */
  async add(rows: InboxRow[]): Promise<(row: InboxRow) => Seen | undefined> {
    if (rows.length === 0) return () => undefined
    this.sql.insertNew('inbox', rows)
    const accounts = list([...new Set(rows.map((row) => row.account_id))])
    const keys = list(rows.map((row) => row.dedup_key))
    const seen = await this.sql.all<Seen>(
      `select inbox_id, account_id, dedup_key, state from inbox where account_id in (${accounts.marks}) and dedup_key in (${keys.marks})`,
      [...accounts.values, ...keys.values],
    )
    const byKey = new Map(seen.map((row) => [inboxKey(row), row]))
    return (row) => byKey.get(inboxKey(row))
  }

  /** Removes pushes that leave this batch and will run again alone. */
  takeBack(ids: string[]) {
    if (ids.length === 0) return
    const some = list(ids)
    this.sql.write(`delete from inbox where inbox_id in (${some.marks})`, some.values)
  }
}
