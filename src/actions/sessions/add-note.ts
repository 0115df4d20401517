// Notes: what agents write to each other about a session. They are never sent to the customer;
// people who are mentioned in one are notified.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import { mentionsIn } from '../../../rules/reply/mention.ts'
import { writtenBy } from '../../../rules/reply/message.ts'
import { mayNote } from '../../../rules/session/session.ts'
import { personStream } from '../../../rules/session/stream.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { lineEvents, writeEvents, type Event } from '../streams/write.ts'
import { addLine, type AddedLine } from '../lines/new-rows.ts'
import { tellLines } from '../lines/recent.ts'
import { personIn, type Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { refuseWrite } from '../access/refuse.ts'

export type NoteInput = {
  sessionId: string
  text: string
  fence?: number | undefined
  clientMsgId?: string | undefined
}
type NoteNeeds = Needs<'store' | 'recent' | 'bus' | 'clock' | 'ids' | 'log'>

export async function addNote(needs: NoteNeeds, me: Me, input: NoteInput): Promise<MessageRow> {
  const { line, events } = await needs.store.work('reply', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    const known =
      input.clientMsgId === undefined
        ? null
        : await unit.messages.byClientKey(me.companyId, agentActor(me.uid), input.clientMsgId)
    if (known) return { line: sameOrRefuse(known, input), events: [] }
    refuseWrite(mayNote(session, await personIn(unit, me, session), input.fence))
    const mentioned = await peopleIn(unit, me, input.text)

    const { session: noted, line } = await noteLine(needs, unit, {
      customer,
      session,
      me,
      text: input.text,
      clientMsgId: input.clientMsgId,
    })
    unit.sessions.touch([noted])
    unit.messages.insert([line])
    const events = [
      ...lineEvents('message.sent', noted, { line, at: line.add_time }),
      ...mentionEvents(line, mentioned),
    ]
    writeEvents(needs, unit, events)
    return { line, events }
  })

  tellLines(needs, [line])
  ringStreams(needs, events)
  return line
}

function sameOrRefuse(known: MessageRow, input: NoteInput): MessageRow {
  if (
    known.session_id === input.sessionId &&
    known.opercode === writtenBy.system &&
    known.text === input.text
  ) {
    return known
  }
  throw new AppError(
    'client_msg_id_reused',
    'This clientMsgId belongs to another message: take a new one for a new note.',
  )
}

/**
 * Returns the people whom a note mentions, without its author. The note is refused if a mentioned
 * number belongs to nobody in the company, or to somebody who is disabled.
 */
export async function peopleIn(unit: Unit, me: Me, text: string): Promise<number[]> {
  const uids = mentionsIn(text)
  const people = uids.length > 0 ? await unit.users.byUids(uids) : []
  const there = people
    .filter((one) => one.company_id === me.companyId && one.enabled === 1)
    .map((one) => one.uid)
  const nobody = uids.find((uid) => !there.includes(uid))
  if (nobody !== undefined) {
    throw new AppError('invalid_input', `text: @${nobody} is nobody in your company.`, {
      field: 'text',
    })
  }
  return there.filter((uid) => uid !== me.uid)
}

export type Noted = {
  customer: CustomerRow
  session: SessionRow
  me: Me
  text: string
  clientMsgId?: string | undefined
}

/** Builds the line of a note with the next seq of its session. The caller stores it. */
export async function noteLine(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { customer, session, me, text, clientMsgId }: Noted,
): Promise<AddedLine> {
  return addLine(customer, session, {
    message_id: needs.ids(),
    opercode: writtenBy.system,
    additional_uid: me.uid,
    additional_user_name: (await unit.users.find(me.companyId, me.uid))?.name ?? null,
    text,
    add_time: needs.clock.now(),
    ...(clientMsgId !== undefined && { sender: agentActor(me.uid), client_key: clientMsgId }),
  })
}

export function mentionEvents(line: MessageRow, uids: number[]): Event[] {
  const data = {
    sessionId: line.session_id,
    customerId: line.wx_user_id,
    messageId: line.message_id,
    byUid: line.additional_uid,
    byName: line.additional_user_name,
    text: line.text,
  }
  return uids.map((uid) => ({
    companyId: line.company_id,
    stream: personStream(uid),
    type: 'message.mentioned',
    data,
  }))
}
