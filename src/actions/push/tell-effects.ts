// After the commit, tells the queue index, the event streams, the sender and the workers what was
// written. Nothing is decided here. If the process dies before telling, a job tells later.
import { isOwned } from '../../../rules/session/session.ts'
import type { Needs } from '../../ports.ts'
import { tellLines } from '../lines/recent.ts'
import { ringStreams } from '../streams/ring.ts'
import { acceptFirst } from '../transition/accept-first.ts'
import { tellOpened, tellPlace, tellRanks } from '../transition/place.ts'
import { ringRoom } from '../transition/ring-room.ts'
import type { Effects } from './decide/effects.ts'
import { sessionsIn } from './write-effects.ts'

export type TellEffectsNeeds = Needs<
  'store' | 'queue' | 'recent' | 'bus' | 'clock' | 'ids' | 'known' | 'log' | 'tally'
>

export async function tellEffects(needs: TellEffectsNeeds, effects: Effects[]): Promise<void> {
  const all = <T>(of: (one: Effects) => T[]) => effects.flatMap(of)
  const sessions = sessionsIn(effects)
  const stood = sessions.filter(({ isNew }) => !isNew)
  const opened = sessions.filter(({ isNew }) => isNew).map(({ row }) => row)
  const ended = stood.filter(({ step }) => step === 'ended').map(({ row }) => row)

  tellLines(
    needs,
    all(({ messages }) => messages),
  )
  await tellOpened(needs, opened)
  for (const { row, from, step } of stood) if (step !== null) await tellPlace(needs, row, from)
  const reranked = stood.filter(({ step, isReranked }) => isReranked && step === null)
  await tellRanks(
    needs,
    reranked.map(({ row }) => row),
  )
  for (const companyId of new Set(all(({ behind }) => behind))) ringRoom(needs, companyId)
  ringStreams(
    needs,
    all(({ events }) => events),
  )
  if (effects.some(({ outbox }) => outbox.some(({ way }) => way === 'api'))) {
    needs.bus.publish('outbox', '')
  }
  needs.tally.add(
    all(({ spoken }) => spoken),
    all(({ unanswered }) => unanswered),
  )
  if (effects.some(({ fetches }) => fetches.length > 0)) needs.bus.publish('media', '')
  for (const row of ended) ringRoom(needs, row.company_id)
  for (const { company_id: companyId, uid } of [
    ...opened.filter(({ state }) => isOwned(state)),
    ...ended,
  ]) {
    if (uid !== null) await acceptFirst(needs, companyId, [uid])
  }
}
