import { presentLedger } from '../../views/session.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { presentSessions } from './present.ts'
import { getVisible, lanesFor, supervises, type Me } from './rights.ts'

const states = { queued: [3], waiting: [0], active: [1, 2], closed: [-1, -2, -3, -4] }
const last = 'g'

export type ListInput = { state: keyof typeof states, mine: boolean, agentUid?: number | undefined, search?: string | undefined, cursor?: string | undefined, limit: number }
type ListNeeds = Needs<'store' | 'queue' | 'clock'>

export async function listSessions(needs: ListNeeds, me: Me, input: ListInput) {
  const rows = input.state === 'queued' && !input.mine ? await inQueue(needs, me, input) : await byOwner(needs, me, input)
  const more = rows.length > input.limit ? rows[input.limit - 1] : undefined
  return { items: await presentSessions(needs, me.companyId, rows.slice(0, input.limit)), next: more ? cursorOf(more) : null }
}

const cursorOf = (row: SessionRow) => row.state === 3 ? `${row.rank ?? 0}.${row.session_id}` : row.session_id

async function inQueue(needs: ListNeeds, me: Me, { search = '', cursor = '-1.', limit }: ListInput) {
  const lanes = supervises(me) ? null : await lanesFor(needs.store.read, me.uid)
  const [rank = '-1', id = ''] = cursor.split('.')
  return needs.store.read.sessions.inLanes(me.companyId, { lanes, search }, { rank: Number(rank) || -1, id, limit: limit + 1 })
}

/** His own and those he is a member of; supervisors see all, or somebody's. */
async function byOwner(needs: ListNeeds, me: Me, { state, mine, agentUid, search = '', cursor = last, limit }: ListInput) {
  const page = { before: cursor, limit: limit + 1 }
  const wanted = { states: states[state], search }
  const { sessions } = needs.store.read
  if (!mine && supervises(me)) return sessions.ofOwner(me.companyId, { uid: agentUid ?? null, ...wanted }, page)
  const own = await sessions.ofOwner(me.companyId, { uid: me.uid, ...wanted }, page)
  const asMember = await sessions.ofMember(me.companyId, { uid: me.uid, ...wanted }, page)
  const all = new Map([...own, ...asMember].map((row) => [row.session_id, row]))
  return [...all.values()].sort((a, b) => a.session_id < b.session_id ? 1 : -1).slice(0, page.limit)
}

export async function listLedger(needs: Needs<'store'>, me: Me, input: { sessionId: string, cursor?: string | undefined, limit: number }) {
  await getVisible(needs, me, input.sessionId)
  const rows = await needs.store.read.sessions.ledger(me.companyId, input.sessionId, { after: Number(input.cursor ?? 0) || 0, limit: input.limit + 1 })
  const items = rows.slice(0, input.limit)
  return { items: items.map(presentLedger), next: rows.length > input.limit ? String(items.at(-1)?.n) : null }
}
