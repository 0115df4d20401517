// A tap on the satisfaction question. Only the first grade of a session is stored; the message is
// added to the session it grades. No new session is opened.
import { writtenBy } from '../../../../rules/reply/message.ts'
import { addReceived } from './add-received.ts'
import { answerBy } from './answer.ts'
import { changeCustomer, type Effects } from './effects.ts'
import { batchSession, type Facts } from './facts.ts'
import type { Graded } from './graded.ts'
import { tap } from './tap.ts'

export function takeGrade(
  facts: Facts,
  effects: Effects,
  { session: asked, grade }: Readonly<Graded>,
): void {
  const { at, ids } = facts
  const { deed, company } = effects.push
  const session = batchSession(asked)
  effects.ended.push(session)
  tap(facts, effects)
  changeCustomer(effects, { last_time: at, active_at: at })
  addReceived(facts, effects, {
    session,
    line: {
      message_id: ids(),
      opercode: writtenBy.customer,
      add_time: at,
      text: deed.kind === 'text' ? deed.text : '',
    },
  })
  // the tap on the satisfaction question does not count as an unread message, since nobody has to
  // react to it
  session.row = { ...session.row, unread: asked.unread }
  effects.evaluations.push({
    session_id: asked.session_id,
    kind: 'customer',
    company_id: asked.company_id,
    uid: null,
    grade,
    text: null,
    at,
  })

  const thanks = company.settings.satisfactionThanks.trim()
  if (thanks === '') return
  const speaker = { id: 'satisfaction', answers: [{ type: 'text' as const, text: thanks }] }
  effects.answer = answerBy(facts, effects, { session, speaker })
}
