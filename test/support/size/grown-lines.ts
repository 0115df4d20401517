// Generates the messages, outbox rows and pushes of a company that has grown.
import { speakerActor } from '../../../rules/session/actor.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import { type Grown, sqlText, idAt, whereOpen, type Places } from './grown-row.ts'

export function lines({ words, facts, place, at, first, ...ids }: Places): Grown[] {
  const line = {
    ...place,
    appid: sqlText(facts.appid),
    wx_user_id: ids.customer,
    customer_wx_openid: words.concat("'oGrown'", 'n'),
    opercode: 2,
    message_type: 1,
    type: "'text'",
    text: words.concat("'line '", 'n'),
    is_read: -1,
  }
  const sent = {
    ...place,
    wx_user_id: ids.customer,
    n: 1,
    way: "'api'",
    attempts: 1,
    holds_files: 0,
    created_at: at,
  }
  const monthsAgo = first - 60 * dayMs
  return [
    [
      'message_data',
      [
        {
          of: whereOpen,
          columns: { ...line, message_id: ids.line, session_id: ids.session, seq: 1, add_time: at },
        },
        {
          columns: {
            ...line,
            message_id: ids.endedLine,
            session_id: ids.ended,
            seq: 1,
            add_time: `${at} - ${dayMs}`,
          },
        },
        {
          of: 'n % 4 = 0',
          columns: {
            ...line,
            message_id: idAt(words, first, ['f']),
            opercode: 6,
            sender: sqlText(speakerActor('greeting')),
            client_key: words.concat("'grown'", 'n'),
            delivery: "'sent'",
            add_time: at,
          },
        },
      ],
    ],
    [
      'outbox',
      [
        // these rows belong to no session, so the job that deletes old replies must pass over them
        {
          of: 'n % 4 = 0',
          columns: {
            ...sent,
            outbox_id: idAt(words, monthsAgo, ['f']),
            state: "'sent'",
            retry_at: at,
            created_at: `${monthsAgo} + n`,
            settled_at: `${monthsAgo} + n`,
          },
        },
        // WeChat is away for these replies: none of them may be sent within the next hour, so the
        // sender must pass over them
        {
          of: 'n % 4 = 1',
          columns: {
            ...sent,
            outbox_id: idAt(words, facts.now, ['f']),
            n: 2,
            state: "'pending'",
            created_at: `${facts.now}`,
            retry_at: `${facts.now + 30 * dayMs}`,
            session_id: ids.ended,
          },
        },
      ],
    ],
    [
      'media_fetch',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            ...place,
            message_id: ids.line,
            part: "'file'",
            media_id: "'m'",
            state: "case when n % 8 = 0 then 'fetched' else 'pending' end",
            attempts: 1,
            retry_at: `${facts.now + 30 * dayMs} + n`,
            dies_at: `${facts.now + 30 * dayMs}`,
          },
        },
      ],
    ],
  ]
}

export function grownPushes({ words, facts, place, at, first }: Places): Grown[] {
  const months = first - 60 * dayMs
  const came = {
    ...place,
    openid: words.concat("'oGrown'", 'n'),
    kind: "'text'",
  }
  return [
    [
      'inbox',
      [
        {
          columns: {
            ...came,
            inbox_id: idAt(words, first, ['a']),
            dedup_key: words.concat("'grown'", 'n'),
            state: "'done'",
            created_at: at,
          },
        },
        {
          of: 'n % 8 = 0',
          columns: {
            ...came,
            inbox_id: idAt(words, months, ['b']),
            dedup_key: words.concat("'refused'", 'n'),
            state: "'refused'",
            created_at: `${months} + n`,
          },
        },
      ],
    ],
    [
      'refused_push',
      [
        {
          of: 'n % 8 = 0',
          columns: {
            ...came,
            inbox_id: idAt(words, months, ['b']),
            reader: 99,
            read_at: `case when n % 16 = 0 then ${facts.now} else null end`,
            created_at: `${months} + n`,
          },
        },
      ],
    ],
    [
      'stream_event',
      [
        {
          columns: {
            company_id: place.company_id,
            stream: sqlText('grown'),
            offset: 'n + 1',
            event_id: idAt(words, first, ['a']),
            type: "'t'",
            data: "'{}'",
            created_at: `${facts.now - 50 * 60_000}`,
          },
        },
      ],
    ],
    [
      'rule_unmatched',
      [
        {
          columns: {
            ...place,
            text_hash: words.concat(idAt(words, first, ['a']), idAt(words, first, ['b'])),
            text: words.concat("'question '", 'n'),
            folded: words.concat("'question '", 'n'),
            times: 'n % 1000',
            first_at: at,
            last_at: at,
          },
        },
      ],
    ],
  ]
}
