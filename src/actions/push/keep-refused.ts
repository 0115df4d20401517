import type { InboxRow } from '../../../entities/index.ts'
import { writtenBy } from '../../../rules/reply/message.ts'
import type { Unit } from '../../ports.ts'
import type { Effects } from './decide/effects.ts'

/** Adds the push to the list of refused pushes, with the line that stands in its place. */
export function keepRefused(unit: Unit, row: InboxRow, effects: Effects[]): void {
  const message = effects
    .find(({ push }) => push.id === row.inbox_id)
    ?.messages.find(({ opercode }) => opercode !== writtenBy.rule)
  unit.refused.add({
    inbox_id: row.inbox_id,
    company_id: row.company_id,
    account_id: row.account_id,
    openid: row.openid,
    kind: row.kind,
    message_id: message?.message_id ?? null,
    reader: 0,
    reread_at: null,
    read_at: null,
    read_by: null,
    created_at: row.created_at,
  })
}
