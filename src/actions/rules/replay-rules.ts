// Starts, shows and cancels replays of rules. The work itself is done by run-replays.ts.
import type { MessageRuleRow, RuleReplayRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { presentReplay } from '../../views/replay.ts'
import { refusePatterns } from './refuse-patterns.ts'
import { refuseForeign, rowOf, type RuleInput } from './save-rule.ts'

export type ReplayInput = {
  rules: (RuleInput & { id?: string | undefined })[]
  remove: string[]
  from: number
  to: number
}
/**
 * What is stored of a replay that is to be run. It contains whole rule rows, so that the worker
 * need not ask what the admin changed.
 */
export type StoredReplay = { rows: MessageRuleRow[]; remove: string[]; from: number; to: number }
type ReplayNeeds = Needs<'store' | 'clock' | 'ids' | 'bus' | 'patterns'>

export async function startReplay(
  needs: ReplayNeeds,
  me: Me,
  { rules, remove, from, to }: ReplayInput,
) {
  await refusePatterns(needs, me, {
    rules: rules.map(({ id, ...input }, at) => ({ id, at: `rules.${at}.`, input })),
    stays: (id) => !remove.includes(id),
  })
  const row = await needs.store.work('rest', async (unit) => {
    // locks the company, so that only one of two simultaneous starts succeeds
    await unit.companies.lock(me.companyId)
    await unit.replays.failExpired(needs.clock.now())
    const [open] = await unit.replays.open(me.companyId)
    if (open) {
      throw new AppError('job_running', 'A replay is running: wait for it, or cancel it first.', {
        id: open.replay_id,
      })
    }
    await refuseForeign(unit, me, rules)
    const rows: MessageRuleRow[] = []
    for (const { id, ...input } of rules) {
      const before = id === undefined ? null : await unit.rules.find(me.companyId, id)
      if (id !== undefined && !before) {
        throw new AppError('not_found', `rules: there is no rule ${id} in your company.`, {
          field: 'rules',
        })
      }
      rows.push(rowOf(needs, me, { input, before }))
    }
    const stored: StoredReplay = { rows, remove, from, to }
    const replay: RuleReplayRow = {
      replay_id: needs.ids(),
      company_id: me.companyId,
      uid: me.uid,
      state: 'waiting',
      input: JSON.stringify(stored),
      total: 0,
      done: 0,
      result: null,
      token: null,
      lease_until: null,
      created_at: needs.clock.now(),
      ended_at: null,
    }
    unit.replays.insert(replay)
    return replay
  })

  needs.bus.publish('replay', row.replay_id)
  return presentReplay(row)
}

export async function getReplay(needs: Needs<'store' | 'clock'>, me: Me, id: string) {
  const row = await needs.store.read.replays.find(me.companyId, id)
  if (!row) throw noReplay()
  const isStuck = row.state === 'running' && (row.lease_until ?? 0) <= needs.clock.now()
  return presentReplay({ ...row, ...(isStuck && { state: 'failed' }) })
}

/**
 * The worker notices a cancellation with its next portion of messages. A replay that has ended
 * stays as it is.
 */
export async function cancelReplay(needs: Needs<'store' | 'clock'>, me: Me, id: string) {
  const row = await needs.store.work('rest', async (unit) => {
    await unit.replays.cancel(me.companyId, id, needs.clock.now())
    return unit.replays.find(me.companyId, id)
  })
  if (!row) throw noReplay()
  return presentReplay(row)
}

const noReplay = () => new AppError('not_found', 'There is no such replay in your company.')
