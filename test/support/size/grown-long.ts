import { dayMs } from '../../../rules/session/timers.ts'
import { numbers, type Words } from '../../../scripts/bench/queue-load.ts'
import { type GrownCompany, type Range, type Columns, literal, sqlText, idAt } from './grown-row.ts'

/** Generates one customer with very many sessions and one session with very many lines. */
export function longOnes(words: Words, facts: GrownCompany, { from, to }: Range): string[] {
  const first = facts.now - 300 * dayMs
  const place = { company_id: sqlText(facts.companyId), account_id: sqlText(facts.accountId) }
  const customer = idAt(words, facts.now - 3 * dayMs, ['a', '0'])
  const session = idAt(words, first, ['b', '0'])
  const some = numbers({ from: Math.ceil(from / 4), to: Math.ceil(to / 4) })
  const line = {
    ...place,
    appid: sqlText(facts.appid),
    wx_user_id: customer,
    customer_wx_openid: "'oGrown0'",
    message_type: 1,
    type: "'text'",
    text: "'a line'",
    is_read: -1,
    opercode: 2,
    add_time: `${first} + n`,
  }
  const born = {
    ...place,
    appid: sqlText(facts.appid),
    wx_user_id: customer,
    open_key: null,
    state: -1,
    kind: "'other'",
    uid: facts.owner,
    fence: 1,
    visitor_offset: 1,
    agent_offset: 0,
    unread: 0,
    closed_at: first,
  }
  const step = {
    company_id: place.company_id,
    to_state: -1,
    actor: "'c'",
    fence: 1,
    uid: facts.owner,
  }
  const into = (table: string, columns: Columns, of = some) =>
    `insert into ${table} (${Object.keys(columns)
      .map((name) => `\`${name}\``)
      .join(', ')}) select ${Object.values(columns).map(literal).join(', ')} from ${of}`
  const many = idAt(words, first, ['c'])
  const start =
    from === 0
      ? [
          into(
            'message_session',
            { ...born, session_id: session, seq: 0, ledger_n: 0, add_time: first - 1 },
            numbers({ from: 0, to: 1 }),
          ),
          `insert into stream (company_id, stream, epoch, top) values (${place.company_id}, 'grown', 'e', 0)`,
        ]
      : []
  const last = Math.ceil(to / 4)
  return [
    ...start,
    into('message_session', {
      ...born,
      session_id: many,
      seq: 1,
      ledger_n: 1,
      last_message_id: idAt(words, first, ['d']),
      add_time: `${first} + n`,
    }),
    into('message_data', {
      ...line,
      message_id: idAt(words, first, ['d']),
      session_id: many,
      seq: 1,
    }),
    into('message_data', {
      ...line,
      message_id: idAt(words, first, ['e']),
      session_id: session,
      seq: 'n + 1',
    }),
    into('session_ledger', { ...step, session_id: many, n: 1, from_state: null, at: first }),
    into('session_ledger', {
      ...step,
      session_id: session,
      n: 'n + 1',
      from_state: `case when n = 0 then null else -1 end`,
      at: first,
    }),
    `update message_session set seq = ${last}, visitor_offset = ${last}, ledger_n = ${last}, last_message_id = (select message_id from message_data where session_id = ${session} and seq = ${last}) where session_id = ${session}`,
    `update stream set top = ${to} where stream = 'grown'`,
    'update agent_load set `load` = (select count(*) from message_session s where s.uid = agent_load.uid and s.state in (0, 1, 2))',
  ]
}
