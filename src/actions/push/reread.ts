// Reads lines again that were stored before we understood their XML, oldest first and in pieces.
// The position is stored, so that nothing is read twice.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { MessageRow } from '../../../entities/index.ts'
import { messageTypes } from '../../../rules/reply/message.ts'
import type { Needs } from '../../ports.ts'
import { toFetch } from '../media/to-fetch.ts'

type RereadNeeds = Needs<'store' | 'clock' | 'bus' | 'readStored'>

/**
 * The version of this reader. Increase it when more kinds of messages are understood: then all
 * lines that were not understood are read once more.
 */
const reader = 1
const atOnce = 2000
const worksForMs = 20_000
const end = 'end'

export async function reread(
  needs: RereadNeeds,
  companyId: string,
): Promise<{ reread: number; still: number }> {
  const place = `reread:${reader}:${companyId}`
  const result = { reread: 0, still: 0 }
  let after = (await needs.store.read.installation.remembered(place)) ?? ''
  const until = needs.clock.mono() + worksForMs
  while (after !== end && needs.clock.mono() < until) {
    const upTo = await needs.store.read.messages.pieceEnd(after, atOnce)
    const rows =
      upTo === null ? [] : await needs.store.read.messages.notUnderstood(companyId, { after, upTo })
    for (const row of rows) result[(await readAgain(needs, row)) ? 'reread' : 'still'] += 1
    after = upTo ?? end
    await needs.store.work('rest', (unit) => unit.installation.remember(place, after))
    await nextTurn()
  }
  if (result.reread > 0) needs.bus.publish('media', '')
  return result
}

async function readAgain(needs: RereadNeeds, row: MessageRow): Promise<boolean> {
  const { xml } = JSON.parse(row.extra ?? '{}') as { xml?: string }
  const deed = xml === undefined ? null : needs.readStored(xml)
  if (!deed) return false
  const said =
    deed.kind === 'line'
      ? deed.said
      : { message_type: messageTypes.text, type: 'text', text: deed.text }
  return needs.store.work('rest', async (unit) => {
    const whole = { extra: null, ...said }
    const stands = await unit.messages.find(row.company_id, row.message_id)
    if (stands?.type !== row.type) return false
    if (deed.kind === 'line') {
      unit.media.toFetch(toFetch({ ...row, ...whole }, deed.parts, row.add_time))
    }
    return unit.messages.understand(row.message_id, whole)
  })
}
