// Generates customers and their sessions in all states.
import { rankFor } from '../../../rules/session/routing.ts'
import { privateLane, commonLane } from '../../../rules/session/lane.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import {
  type Grown,
  sqlText,
  cases,
  whereCommon,
  whereGrouped,
  whereReserved,
  whereWaiting,
  whereActive,
  whereChatting,
  whereOpen,
  handOf,
  type Places,
} from './grown-row.ts'

export const people = ({ words, facts, place, at, silent, customer }: Places): Grown[] => [
  [
    'wx_user',
    [
      {
        columns: {
          ...place,
          wx_user_id: customer,
          appid: sqlText(facts.appid),
          openid: words.concat("'oGrown'", 'n'),
          nickname: words.concat("'n'", 'n'),
          portrait: "''",
          alias: "''",
          remark: "''",
          subscribe: 1,
          customer_service_uid: `case when n % 3 = 0 then -1 when n % 3 = 1 then ${facts.owner} else ${facts.exclusive} end`,
          is_clue: 1,
          last_time: at,
          active_at: silent,
          window_end: `${at} + ${2 * dayMs}`,
          budget_left: 0,
          out_n: 0,
          add_time: at,
          update_time: at,
          priority: 0,
          brief_left: 0,
          get_into_count: 0,
        },
      },
    ],
  ],
]

export function sessions({ facts, place, at, first, heard, ...ids }: Places): Grown[] {
  const rank = rankFor({ priority: 0, window_end: null }, false, first)
  const state = cases([
    [whereWaiting, '0'],
    [whereActive, '1'],
    [whereChatting, '2'],
    [whereOpen, '3'],
  ])
  const owner = `case when n % 20 between 12 and 17 then ${handOf(facts.owner)} else null end`
  const born = {
    ...place,
    appid: sqlText(facts.appid),
    wx_user_id: ids.customer,
    kind: "'other'",
    seq: 1,
    ledger_n: 1,
    visitor_offset: 1,
    agent_offset: 0,
  }
  const step = { company_id: place.company_id, n: 1, from_state: null, actor: "'c'", at }
  return [
    [
      'message_session',
      [
        {
          of: whereOpen,
          columns: {
            ...born,
            session_id: ids.session,
            open_key: ids.words.concat(place.account_id, "':'", ids.customer),
            state,
            uid: owner,
            fence: `case when n % 20 between 12 and 17 then 1 else 0 end`,
            lane: cases([
              [whereCommon, sqlText(commonLane(facts.accountId))],
              [whereGrouped, sqlText(facts.groupLane)],
              [whereReserved, sqlText(privateLane(facts.exclusive))],
            ]),
            rank: `case when n % 20 < 12 then ${rank} + n else null end`,
            queued_at: heard,
            assigned_at: `case when n % 20 < 12 then null else ${heard} end`,
            receive_message_time: heard,
            // of the active sessions one in four needs no answer, so that queries for unanswered
            // sessions have to filter
            unanswered_since: `case when n % 40 in (14, 16) then null else ${heard} end`,
            send_time: null,
            unread: 1,
            last_message_id: ids.line,
            add_time: at,
          },
        },
        {
          columns: {
            ...born,
            session_id: ids.ended,
            open_key: null,
            state: '-1 - n % 4',
            uid: `case when n % 2 = 0 then ${facts.owner} else null end`,
            fence: `case when n % 2 = 0 then 1 else 0 end`,
            receive_message_time: at,
            unread: 0,
            last_message_id: ids.endedLine,
            closed_at: at,
            add_time: `${at} - ${dayMs}`,
          },
        },
      ],
    ],
    [
      'session_ledger',
      [
        {
          of: whereOpen,
          columns: {
            ...step,
            session_id: ids.session,
            to_state: state,
            fence: `case when n % 20 between 12 and 17 then 1 else 0 end`,
            uid: owner,
          },
        },
        {
          columns: {
            ...step,
            session_id: ids.ended,
            to_state: '-1 - n % 4',
            fence: `case when n % 2 = 0 then 1 else 0 end`,
            uid: `case when n % 2 = 0 then ${facts.owner} else null end`,
          },
        },
      ],
    ],
    [
      'session_member',
      [
        {
          of: whereChatting,
          columns: {
            company_id: place.company_id,
            session_id: ids.session,
            uid: handOf(facts.member),
            added_by: facts.owner,
            joined_at: at,
            left_at: null,
          },
        },
        {
          of: 'n % 4 = 0',
          columns: {
            company_id: place.company_id,
            session_id: ids.ended,
            uid: facts.member,
            added_by: facts.owner,
            joined_at: at,
            left_at: at,
          },
        },
      ],
    ],
  ]
}
