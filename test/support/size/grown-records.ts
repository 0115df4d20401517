// Generates the rows that a grown company has about its people and jobs, its files, QR codes and
// the like.
import { dayMs } from '../../../rules/session/timers.ts'
import { type Grown, idAt, type Places } from './grown-row.ts'

export function records({ words, facts, place, at, first, customer, ended }: Places): Grown[] {
  const { company_id } = place
  const id = idAt(words, first, ['a'])
  return [
    [
      'audit_log',
      [{ columns: { company_id, audit_id: id, uid: 1, action: "'x'", object: "'x'", at } }],
    ],
    [
      'login_log',
      [{ columns: { login_log_id: id, username: "'grown'", ip: "'::1'", result: "'ok'", at } }],
    ],
    [
      'login',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            company_id,
            token_hash: words.concat(id, id),
            uid: facts.member,
            created_at: at,
            seen_at: `${facts.now} + n`,
            ends_at: `${facts.now + 30 * dayMs} + n`,
          },
        },
      ],
    ],
    [
      'job_run',
      [
        {
          columns: {
            job: "case when n % 2 = 0 then 'assign' else 'reclaim' end",
            slot: words.concat("'grown'", 'n'),
            token: id,
            lease_until: `${at} + 60000`,
            started_at: `${facts.now - 3600_000} + n`,
            ended_at: at,
          },
        },
      ],
    ],
    [
      'missed_session',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            ...place,
            session_id: ended,
            wx_user_id: customer,
            uid: `case when n % 8 = 0 then ${facts.owner} else ${facts.exclusive} end`,
            at,
          },
        },
      ],
    ],
    [
      'reclaimed',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            company_id,
            reclaimed_id: id,
            wx_user_id: customer,
            uid: facts.owner,
            session_id: null,
            at,
          },
        },
      ],
    ],
    [
      'session_evaluate',
      [
        {
          of: 'n % 4 = 0',
          columns: { company_id, session_id: ended, kind: "'customer'", grade: 1, at },
        },
      ],
    ],
  ]
}

export function desk({ words, facts, place, at, first }: Places): Grown[] {
  const id = idAt(words, first, ['a'])
  return [
    [
      'resources',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            company_id: place.company_id,
            resources_id: id,
            sha256: words.concat(id, id),
            mime_type: "'image/png'",
            resources_size: 1,
            file_name: "'a'",
            add_time: at,
            kind: "'file'",
            used: 1,
          },
        },
      ],
    ],
    [
      'media_upload',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            ...place,
            resources_id: id,
            kind: "'image'",
            media_id: "'m'",
            dies_at: `${facts.now + dayMs} + n`,
          },
        },
      ],
    ],
    [
      'rule_hit',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            company_id: place.company_id,
            message_rule_id: id,
            day: `${Math.floor(facts.now / dayMs)} - n % 400`,
            hits: 1,
          },
        },
      ],
    ],
    [
      'rule_replay',
      [
        {
          of: 'n % 8 = 0',
          columns: {
            company_id: place.company_id,
            replay_id: id,
            uid: 1,
            state: "'done'",
            input: "'{}'",
            total: 0,
            done: 0,
            result: "'{}'",
            created_at: at,
            ended_at: at,
          },
        },
      ],
    ],
    [
      'reception',
      [
        {
          of: 'n % 4 = 0',
          columns: {
            ...place,
            reception_id: id,
            scene: words.concat("'grown'", 'n'),
            name: "'a'",
            kind: "'other'",
            follows: 0,
            unfollows: 0,
            scans: 0,
            created_at: at,
          },
        },
      ],
    ],
  ]
}
