// Handles a push that the database refuses. If the session's counters were wrong, they are
// corrected and the push is stored normally. Otherwise a line in the session says that a message
// could not be stored, so that the agent knows, and the raw XML is kept for an admin.
import { messageTypes } from '../../../rules/reply/message.ts'
import type { Deed, Needs } from '../../ports.ts'
import { mendCounts } from './mend-counts.ts'
import { keepRefused } from './keep-refused.ts'
import type { Push, PushAnswer } from './decide/push.ts'
import { inboxRow } from './inbox.ts'
import { receive, type ReceiveNeeds } from './receive.ts'

export async function takeRefused(needs: ReceiveNeeds, push: Push): Promise<PushAnswer | null> {
  if (await mendSessionOf(needs, push)) {
    needs.metrics.repairs.inc({ what: 'session_counts' })
    const stored = await unlessRefused(needs, push)
    if (stored) return stored.answer
  }
  const refused = { ...push, deed: standIn(push.deed), refused: push.deed }
  const stood = await unlessRefused(needs, refused)
  if (!stood) await keepAlone(needs, refused)
  needs.metrics.pushes.inc({ result: 'refused_by_sql' })
  needs.log.warn(
    {
      companyId: push.account.company_id,
      customerKey: push.customerKey,
      inItsSession: stood !== null,
    },
    'a push was refused by SQL: GET /api/pushes/refused lists it',
  )
  return stood?.answer ?? null
}

async function unlessRefused(
  needs: ReceiveNeeds,
  push: Push,
): Promise<{ answer: PushAnswer | null } | null> {
  try {
    const [answer = null] = await receive(needs, [push], { alone: true })
    return { answer: answer === 'busy' ? null : answer }
  } catch (error) {
    if (!needs.store.refuses(error)) throw error
    return null
  }
}

const mendSessionOf = (
  { store }: Needs<'store'>,
  { account, customerKey }: Push,
): Promise<boolean> =>
  store.work('push', async (unit) => {
    const [customer] = await unit.customers.lockByOpenids(account.account_id, [customerKey])
    const session =
      customer && (await unit.sessions.openOf(account.company_id, customer.wx_user_id))
    return session ? (await mendCounts(unit, session)) !== null : false
  })

/**
 * Builds what takes the place of a refused push: a line or an event. It contains nothing of the
 * push, because the database may have refused any part of it.
 */
function standIn(deed: Deed): Deed {
  if (deed.kind === 'notice') return deed
  if (deed.kind === 'event') return { kind: 'event', name: 'refused', key: '', known: false }
  const said = {
    message_type: messageTypes.other,
    type: 'other',
    extra: JSON.stringify({ refused: true }),
  }
  return { kind: 'line', said, parts: [] }
}

const keepAlone = (needs: Needs<'store' | 'clock' | 'ids'>, push: Push): Promise<void> =>
  needs.store.work('push', async (unit) => {
    const row = inboxRow(needs, push)
    const seen = await unit.inbox.add([row])
    if (seen(row)?.inbox_id === row.inbox_id) keepRefused(unit, row, [])
  })
