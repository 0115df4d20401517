// The worker for replays. It reads messages in portions on the slow connection and matches them in
// short turns, between which pushes are answered. It rests as long as it worked. Only the process
// that holds the row's token works on it; cancelling removes the token.
import { setImmediate as nextTurn, setTimeout as rest } from 'node:timers/promises'
import type { MessageRuleRow, RuleReplayRow } from '../../../entities/index.ts'
import { compiling } from '../../../rules/auto-reply/keyword.ts'
import { openReplayTally, type Tallying } from '../../../rules/auto-reply/replaying.ts'
import type { Needs, TypedRow } from '../../ports.ts'
import { settingsOf } from '../settings-of.ts'
import { inTurns } from './turns.ts'
import type { StoredReplay } from './replay-rules.ts'

type RunNeeds = Needs<'store' | 'clock' | 'ids' | 'known' | 'log'>
type Run = { row: RuleReplayRow; token: string; signal: AbortSignal }

const heap = 500
const turnMs = 2
// the progress of a replay is stored at most this often, because writing it has to wait behind all
// pushes
const tellEveryMs = 300
const leaseMs = 60_000

/**
 * Works on the next replay that waits, if there is one. Returns on how many it worked; unless that
 * is 0, the worker calls again.
 */
export async function runReplays(needs: RunNeeds, signal: AbortSignal): Promise<number> {
  const row = await needs.store.read.replays.firstToRun()
  if (!row || signal.aborted) return 0
  const token = needs.ids()
  const until = needs.clock.now() + leaseMs
  if (
    (await needs.store.work('rest', (unit) =>
      unit.replays.take(row.replay_id, { token, until }),
    )) === 0
  ) {
    return 1
  }

  const run = { row, token, signal }
  await replay(needs, run).catch(async (error: unknown) => {
    needs.log.error({ replayId: row.replay_id, error: String(error) }, 'a replay failed')
    await end(needs, run, { state: 'failed', done: 0, result: null })
  })
  return 1
}

async function replay(needs: RunNeeds, run: Run): Promise<void> {
  const {
    row: { company_id: companyId, input },
  } = run
  const { rows, remove, from, to } = JSON.parse(input) as StoredReplay
  const tally = await openTally(needs, companyId, { rows, remove })
  const bounds = { after: firstIdSince(from - aheadMs(needs)), from, to }
  const total = await needs.store.slow.replays.countTyped(companyId, bounds)
  let done = 0
  let told = 0
  for (;;) {
    if (run.signal.aborted) {
      // this process is shutting down, so it frees the replay for another process or the next start
      await needs.store.work('rest', (unit) => unit.replays.release(run.row.replay_id, run.token))
      return
    }
    const began = performance.now()
    const some = await needs.store.slow.replays.typed(companyId, { ...bounds, limit: heap })
    await addAll(tally, some)
    done += some.length
    bounds.after = some.at(-1)?.message_id ?? bounds.after
    if (some.length < heap) break
    if (!(await isMine(needs, run))) return
    if (performance.now() - told > tellEveryMs) {
      told = performance.now()
      await tell(needs, run, { total, done })
    }
    // the worker rests as long as its last portion took; a portion takes longer when the process is
    // busy, so pushes have priority
    await rest(performance.now() - began)
  }
  await end(needs, run, { state: 'done', done, result: JSON.stringify(tally.result()) })
}

/**
 * Prepares a replay with two sets of rules: today's rules, and the same with the drafts applied. A
 * draft with the id of an existing rule replaces it.
 */
async function openTally(
  needs: RunNeeds,
  companyId: string,
  { rows, remove }: { rows: MessageRuleRow[]; remove: string[] },
): Promise<Tallying> {
  const today = await needs.store.slow.rules.all(companyId)
  const gone = new Set([...remove, ...rows.map((one) => one.message_rule_id)])
  const then = [...today.filter((one) => !gone.has(one.message_rule_id)), ...rows].sort(
    (a, b) => b.priority - a.priority || (a.message_rule_id < b.message_rule_id ? -1 : 1),
  )
  const options = {
    traditionalIsSimplified: (await settingsOf(needs, companyId)).traditionalAsSimplified,
  }
  return openReplayTally(
    await inTurns(compiling(today, options)),
    await inTurns(compiling(then, options)),
  )
}

async function addAll(tally: Tallying, some: TypedRow[]): Promise<void> {
  let since = performance.now()
  for (const { text, account_id: accountId, add_time: now } of some) {
    tally.add(text ?? '', { accountId, now })
    if (performance.now() - since < turnMs) continue
    await nextTurn()
    since = performance.now()
  }
}

/**
 * Whether this process may go on with the replay: it was neither cancelled nor taken over by
 * another process.
 */
async function isMine(needs: RunNeeds, { row, token }: Run): Promise<boolean> {
  const now = await needs.store.read.replays.find(row.company_id, row.replay_id)
  return now?.state === 'running' && now.token === token
}

const tell = (
  needs: RunNeeds,
  { row, token }: Run,
  { total, done }: { total: number; done: number },
) =>
  needs.store.work('rest', (unit) =>
    unit.replays.tell(row.replay_id, token, {
      total,
      done,
      until: needs.clock.now() + leaseMs,
    }),
  )

async function end(
  needs: RunNeeds,
  { row, token }: Run,
  to: { state: 'done' | 'failed'; done: number; result: string | null },
): Promise<void> {
  await needs.store.work('rest', (unit) =>
    unit.replays.end(row.replay_id, token, { ...to, at: needs.clock.now() }),
  )
}

const hourMs = 3600_000

/**
 * How far the time in an id may lie before the `add_time` of its row. A replay looks for rows by
 * their ids and must start that much earlier. Ids contain the time of the machine that wrote the
 * row; it is earlier than `add_time` only if the product's clock was moved ahead.
 */
const aheadMs = ({ clock }: Needs<'clock'>) => Math.max(0, clock.now() - Date.now()) + hourMs
const firstIdSince = (ms: number) => Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0')
