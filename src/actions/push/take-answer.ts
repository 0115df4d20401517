// A tap on the question after a session: the grade is kept, once, and the line stands in the session it is about. It opens nothing.
import type { KnownCustomer } from '../../ports.ts'
import type { Answered } from './asked.ts'
import type { Day } from './day.ts'
import { addLine } from '../lines/new-rows.ts'
import type { PushAnswer } from './push.ts'
import { answerBy, hear, type Taken } from './say.ts'
import { tap } from './tap.ts'

export function takeAnswer(
  day: Day,
  taken: Taken,
  { customer, session, grade }: Answered & { customer: KnownCustomer },
): PushAnswer | null {
  const {
    push: { deed, company },
    ids,
  } = taken
  tap(day, customer)
  Object.assign(customer, { last_time: day.at, active_at: day.at })
  const { unread } = session
  hear(
    day,
    session,
    addLine(customer, session, {
      message_id: ids(),
      opercode: 2,
      add_time: day.at,
      text: deed.kind === 'text' ? deed.text : '',
    }),
  )
  // nobody has to read it to serve him
  session.unread = unread
  day.changed.add(session)
  day.evaluations.push({
    session_id: session.session_id,
    kind: 'customer',
    company_id: session.company_id,
    uid: null,
    grade,
    text: null,
    at: day.at,
  })

  const thanks = company.settings.satisfactionThanks.trim()
  return thanks === ''
    ? null
    : answerBy(day, taken, {
        customer,
        session,
        by: { id: 'satisfaction', answers: [{ type: 'text', text: thanks }] },
      })
}
