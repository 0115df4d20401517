// Processes a batch of pushes in one transaction: enter them in the inbox (which finds out which
// are new), load the facts, decide, write. Only after the commit are the pushes answered, and the
// queue and the event bus told. A push that is delivered again gets the stored answer and adds no
// line. Inbox rows and new customers are written before anything is decided, because only the
// database can say who inserted them first.
import { contentOf } from '../../../rules/reply/content.ts'
import { inBackground } from '../../in-background.ts'
import type { Needs, Unit } from '../../ports.ts'
import type { Effects } from './decide/effects.ts'
import { enterInbox, takeOutBusy, type InboxEntry } from './inbox.ts'
import { keepRefused } from './keep-refused.ts'
import { loadFacts } from './load-facts.ts'
import type { Push, PushAnswer } from './decide/push.ts'
import { takePushes } from './decide/take-pushes.ts'
import { tellEffects, type TellEffectsNeeds } from './tell-effects.ts'
import { writeEffects } from './write-effects.ts'

export type ReceiveNeeds = TellEffectsNeeds & Needs<'metrics'>

export type ReceiveOptions = {
  /**
   * Ids of passive answers that have been fully written to WeChat since the last batch. The
   * transaction of this batch marks them as sent.
   */
  written?: string[]
  /**
   * Whether to wait for rows that somebody else has locked. In a batch this is false, and such a
   * push is reported as `busy` instead.
   */
  alone?: boolean
  /** The moment (of the monotonic clock) after which a failed transaction is not tried again. */
  until?: number
  committed?: () => void
}

export async function receive(
  needs: ReceiveNeeds,
  pushes: Push[],
  { written = [], alone = false, ...limits }: ReceiveOptions = {},
): Promise<(PushAnswer | null | 'busy')[]> {
  const { effects, answers } = await needs.store.work(
    'push',
    async (unit) => {
      const entries = await enterInbox(needs, unit, pushes)
      const entered = entries.filter(({ isNew }) => isNew).map(({ push }) => push)
      const facts = await loadFacts(needs, unit, { pushes: entered, alone })
      const isBusy = takeOutBusy(unit, entries, facts.busy)
      const fresh = entries.filter((entry) => entry.isNew && !isBusy(entry))

      const effects = takePushes(
        facts,
        fresh.map(({ push }) => push),
      )

      await writeEffects(needs, unit, { facts, effects, written })
      for (const entry of fresh) if (entry.push.refused) keepRefused(unit, entry.row, effects)
      return { effects, answers: await answersTo(unit, entries, { effects, isBusy }) }
    },
    limits,
  )

  await tellEffects(needs, effects)
  if (written.length > 0) inBackground(needs.log, 'who may leave now', tellFreed(needs))
  return answers
}

type Taken = { effects: Effects[]; isBusy: (entry: InboxEntry) => boolean }

/**
 * Returns the answers to all pushes of the batch. The stored answer to a repeated push is read only
 * after the batch was written, because its first copy may be in this very batch.
 */
async function answersTo(
  unit: Unit,
  entries: InboxEntry[],
  { effects, isBusy }: Taken,
): Promise<(PushAnswer | null | 'busy')[]> {
  const repeated = entries.filter((entry) => !entry.isNew && !isBusy(entry))
  const ids = repeated.map(({ stored }) => stored)
  const rows = ids.length > 0 ? await unit.messages.byIds(ids) : []
  const answers = new Map<string, PushAnswer | null>([
    ...effects.map(({ push, answer }) => [push.id, answer] as const),
    ...rows.map((row) => {
      const id = row.message_id
      return [id, { id, content: contentOf(row), at: row.add_time }] as const
    }),
  ])
  return entries.map((entry) => (isBusy(entry) ? 'busy' : (answers.get(entry.stored) ?? null)))
}

/**
 * Wakes the sender after passive answers were marked as sent, because later replies had to wait
 * behind them.
 */
async function tellFreed({ store, bus, log }: ReceiveNeeds): Promise<void> {
  try {
    if (await store.read.outbox.anyPending()) bus.publish('outbox', '')
  } catch (error) {
    log.warn({ error: String(error) }, 'who may leave now was not asked; the job looks again')
  }
}
