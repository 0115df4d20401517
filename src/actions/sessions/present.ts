import type { SessionRow } from '../../../entities/index.ts'
import { group } from '../../../rules/session.ts'
import { presentSession } from '../../views/session.ts'
import type { Needs } from '../../ports.ts'

/** Sessions as the outside sees them, with what stands beside each: customer, last line, place in the queue, members, grades. */
export async function presentSessions(needs: Needs<'store' | 'queue' | 'clock'>, companyId: string, rows: SessionRow[]) {
  if (rows.length === 0) return []
  const { read } = needs.store
  const customers = new Map((await read.customers.byIds(companyId, rows.map((row) => row.wx_user_id)))
    .map((customer) => [customer.wx_user_id, customer]))
  const lastIds = rows.map((row) => row.last_message_id).filter((id) => id !== null)
  const lasts = new Map((lastIds.length > 0 ? await read.messages.byIds(lastIds) : []).map((line) => [line.message_id, line]))
  const beside = await standsBeside(needs, companyId, rows)
  return Promise.all(rows.map(async (row) => {
    const customer = customers.get(row.wx_user_id)
    if (!customer) throw new Error(`session ${row.session_id} without its customer`)
    const before = row.state === 3 && row.lane !== null ? await needs.queue.position(companyId, row.lane, row.session_id) : null
    return presentSession(row, {
      customer, last: lasts.get(row.last_message_id ?? '') ?? null, position: before === null ? null : before + 1, now: needs.clock.now(), ...beside(row.session_id),
    })
  }))
}

async function standsBeside({ store: { read } }: Needs<'store'>, companyId: string, rows: SessionRow[]) {
  const groups = rows.filter((row) => row.state === group).map((row) => row.session_id)
  const members = groups.length > 0 ? await read.members.of(companyId, groups) : []
  // nobody grades what nobody has had
  const had = rows.filter((row) => row.uid !== null).map((row) => row.session_id)
  const evaluations = had.length > 0 ? await read.evaluations.of(companyId, had) : []
  return (id: string) => ({
    memberUids: members.filter((row) => row.session_id === id).map((row) => row.uid),
    evaluations: evaluations.filter((row) => row.session_id === id),
  })
}
