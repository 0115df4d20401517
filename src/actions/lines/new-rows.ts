// Builds new rows of customers, sessions, lines and the outbox. All columns are spelled out here
// and nowhere else.
import type { CustomerRow, MessageRow, OutboxRow, SessionRow } from '../../../entities/index.ts'
import { contentOf, filesOf } from '../../../rules/reply/content.ts'
import { messageTypes, writtenBy } from '../../../rules/reply/message.ts'
import { queued } from '../../../rules/session/states.ts'
import { newClue, nobody } from '../../../rules/session/exclusive.ts'

type AccountIds = { company_id: string; account_id: string; appid: string }

export const newCustomer = (
  place: AccountIds,
  facts: { id: string; openid: string; at: number },
): CustomerRow => ({
  wx_user_id: facts.id,
  company_id: place.company_id,
  account_id: place.account_id,
  appid: place.appid,
  openid: facts.openid,
  unionid: null,
  nickname: '',
  portrait: '',
  alias: '',
  remark: '',
  tags: null,
  subscribe: 1,
  subscribe_time: null,
  canel_time: null,
  customer_service_uid: nobody,
  is_clue: newClue,
  last_time: facts.at,
  active_at: facts.at,
  window_end: null,
  budget_left: 0,
  window_scene: null,
  out_n: 0,
  add_time: facts.at,
  update_time: facts.at,
  brief_end: null,
  brief_left: 0,
  brief_scene: null,
  lng: null,
  lat: null,
  location_precision: null,
  location_at: null,
  get_into_count: 0,
  reception_id: null,
  priority: 0,
})

export const newSession = (
  customer: CustomerKeys,
  facts: { id: string; at: number },
): SessionRow => ({
  session_id: facts.id,
  company_id: customer.company_id,
  account_id: customer.account_id,
  appid: customer.appid,
  wx_user_id: customer.wx_user_id,
  open_key: openKey(customer),
  state: queued,
  kind: 'other',
  uid: null,
  customer_service_id: null,
  fence: 0,
  seq: 0,
  ledger_n: 0,
  lane: null,
  rank: null,
  queued_at: null,
  assigned_at: null,
  visitor_offset: 0,
  agent_offset: 0,
  unread: 0,
  receive_message_time: null,
  send_time: null,
  last_message_id: null,
  closed_at: null,
  close_reason: null,
  add_time: facts.at,
  unanswered_since: null,
  watched_until: null,
})

export const openKey = (customer: { account_id: string; wx_user_id: string }) =>
  `${customer.account_id}:${customer.wx_user_id}`

export type Line = { message_id: string; opercode: number; add_time: number } & Partial<MessageRow>
type CustomerKeys = AccountIds & { wx_user_id: string; openid: string }

// the row of a new line names every column, because objects of equal shape are copied faster
const blank: MessageRow = {
  message_id: '',
  company_id: '',
  account_id: '',
  appid: '',
  session_id: null,
  seq: null,
  wx_user_id: '',
  customer_wx_openid: '',
  customer_service_id: null,
  uid: null,
  additional_uid: null,
  opercode: writtenBy.system,
  message_type: messageTypes.text,
  type: 'text',
  text: null,
  file_url: null,
  media_id: null,
  resources_id: null,
  lng: null,
  lat: null,
  map_scale: null,
  map_label: null,
  page_title: null,
  page_desc: null,
  extra: null,
  sender: null,
  client_key: null,
  resend_of: null,
  delivery: null,
  errcode: null,
  is_read: -1,
  add_time: 0,
  additional_user_name: null,
  content: null,
}

export const newMessage = (customer: CustomerKeys, line: Line): MessageRow => ({
  ...blank,
  company_id: customer.company_id,
  account_id: customer.account_id,
  appid: customer.appid,
  wx_user_id: customer.wx_user_id,
  customer_wx_openid: customer.openid,
  ...line,
})

/** A line and its session as it is with that line. */
export type AddedLine = { session: SessionRow; line: MessageRow }

/** Gives the line the next seq of its session. Lines are numbered only here. */
export function addLine(customer: CustomerKeys, session: SessionRow, line: Line): AddedLine {
  const seq = session.seq + 1
  const { session_id, uid, customer_service_id } = session
  return {
    session: { ...session, seq, last_message_id: line.message_id, ...countsWith(session, line) },
    line: newMessage(customer, { session_id, seq, uid, customer_service_id, ...line }),
  }
}

function countsWith(session: SessionRow, { opercode, add_time: at }: Line): Partial<SessionRow> {
  if (opercode === writtenBy.customer) {
    return {
      visitor_offset: session.visitor_offset + 1,
      unread: session.unread + 1,
      receive_message_time: at,
      unanswered_since: session.unanswered_since ?? at,
    }
  }
  // a rule's answer or a note among colleagues does not count as an answer to the customer
  const answers = opercode !== writtenBy.system && opercode !== writtenBy.rule
  return {
    agent_offset: session.agent_offset + 1,
    ...(answers && { send_time: at, unanswered_since: null }),
  }
}

const leaseMs = 20_000

export type Sending = { way: 'passive' | 'api'; at: number }

/**
 * Makes the outbox row of a reply that must be sent. The rows of one follower are numbered: the
 * number is the customer's new `out_n`. A passive answer starts as `sending`, because it goes out
 * with the answer to the push.
 */
export function newOutbox(
  customer: CustomerKeys & { out_n: number },
  message: MessageRow,
  facts: Sending,
): OutboxRow {
  const passive = facts.way === 'passive'
  return {
    outbox_id: message.message_id,
    company_id: customer.company_id,
    account_id: customer.account_id,
    wx_user_id: customer.wx_user_id,
    session_id: message.session_id,
    n: customer.out_n + 1,
    way: facts.way,
    state: passive ? 'sending' : 'pending',
    lease_token: null,
    lease_until: passive ? facts.at + leaseMs : null,
    retry_at: facts.at,
    attempts: passive ? 1 : 0,
    inflight_key: null,
    errcode: null,
    created_at: facts.at,
    settled_at: null,
    holds_files: !passive && filesOf(contentOf(message)).length > 0 ? 1 : 0,
  }
}
