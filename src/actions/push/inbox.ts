// Each push has one row in the inbox. By this row we recognise a push that WeChat delivers again.
import type { InboxRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { customerOf, type NewPush, type Push } from './decide/push.ts'

/**
 * `row`: the inbox row, inserted if the push is new. `stored`: the id of the row under which the
 * push is stored, possibly by an earlier delivery.
 */
export type InboxEntry = { push: NewPush; row: InboxRow; stored: string; isNew: boolean }

export async function enterInbox(
  needs: Needs<'clock' | 'ids'>,
  unit: Unit,
  pushes: Push[],
): Promise<InboxEntry[]> {
  const rows = pushes.map((push) => ({ push, row: inboxRow(needs, push) }))
  const seen = await unit.inbox.add(rows.map(({ row }) => row))
  return rows.map(({ push, row }) => {
    const stored = seen(row)?.inbox_id ?? ''
    const isNew = stored === row.inbox_id
    return { push: { ...push, id: row.inbox_id }, row, stored, isNew }
  })
}

/**
 * Removes pushes from the batch whose customer's rows are locked by somebody else; they will run
 * again alone. Returns a function that tells whether an entry was removed.
 */
export function takeOutBusy(
  unit: Unit,
  entries: InboxEntry[],
  busyCustomers: ReadonlySet<string>,
): (entry: InboxEntry) => boolean {
  const takenBack = new Set(
    entries
      .filter(({ push, isNew }) => isNew && busyCustomers.has(customerOf(push)))
      .map(({ stored }) => stored),
  )
  unit.inbox.takeBack([...takenBack])
  // the batch may contain a second copy of a push that was removed; it must run again too
  return (entry) => takenBack.has(entry.stored)
}

/**
 * Of what kind the push is. It is stored for a refused push too: it is short and ASCII, so that no
 * database refuses the push again because of it.
 */
const kindOf = ({ deed, refused: said = deed }: Push): string =>
  said.kind === 'event' || said.kind === 'notice'
    ? `${said.kind}:${said.name}`.slice(0, 32)
    : said.kind

export function inboxRow(needs: Needs<'clock' | 'ids'>, push: Push): InboxRow {
  const { account, customerKey, dedupKey, deed, xml } = push
  const understood =
    deed.kind === 'text' ||
    (deed.kind === 'line' && deed.said.type !== 'other') ||
    (deed.kind === 'event' && deed.known)
  return {
    inbox_id: needs.ids(),
    company_id: account.company_id,
    account_id: account.account_id,
    dedup_key: dedupKey,
    openid: customerKey,
    kind: kindOf(push),
    state: push.refused ? 'refused' : 'stored',
    raw_xml: understood && !push.refused ? null : xml,
    created_at: needs.clock.now(),
  }
}
