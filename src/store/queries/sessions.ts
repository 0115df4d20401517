import type { LedgerRow, PatchIn, SessionRow } from '../../../entities/index.ts'
import { queued } from '../../../rules/session/states.ts'
import { openKeyOfId } from './customers.ts'
import { agentSessions } from './agent-sessions.ts'
import { sessionRanks } from './session-ranks.ts'
import { sessionLists } from './session-lists.ts'
import { list, type Sql } from '../engine/sql.ts'

export const sessionQueries = (sql: Sql) => ({
  lockByOpenKeys: (keys: string[], patient: boolean) => {
    const some = list(keys)
    const lock = patient ? sql.dialect.forUpdate : (sql.dialect.skipLocked ?? sql.dialect.forUpdate)
    return sql.all<SessionRow>(
      `select * from message_session where open_key in (${some.marks}) order by open_key${lock}`,
      some.values,
    )
  },
  /** Which of these open sessions exist although they could not be locked. */
  held: async (keys: string[]) => {
    if (sql.dialect.skipLocked === null) return []
    const some = list(keys)
    return (
      await sql.all<{ open_key: string }>(
        `select open_key from message_session where open_key in (${some.marks})`,
        some.values,
      )
    ).map((row) => row.open_key)
  },
  lock: (companyId: string, id: string) =>
    sql.one<SessionRow>(
      `select * from message_session where company_id = ? and session_id = ?${sql.dialect.forUpdate}`,
      [companyId, id],
    ),
  lockMany: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks}) order by session_id${sql.dialect.forUpdate}`,
      [companyId, ...some.values],
    )
  },
  find: (companyId: string, id: string) =>
    sql.one<SessionRow>('select * from message_session where company_id = ? and session_id = ?', [
      companyId,
      id,
    ]),
  insert: (rows: SessionRow[]) => sql.insert('message_session', rows),
  /**
   * The patch should contain only what changes: SQLite updates the indexes of every column that is
   * set, even if its value stays the same.
   */
  change: (companyId: string, id: string, patch: PatchIn<'message_session'>) =>
    sql.change('message_session', { company_id: companyId, session_id: id }, patch),
  /** Writes the columns that a new line changes on a session. */
  touch: (rows: SessionRow[]) =>
    sql.changeEach('message_session', rows, {
      key: 'session_id',
      set: [
        'seq',
        'visitor_offset',
        'agent_offset',
        'unread',
        'receive_message_time',
        'send_time',
        'last_message_id',
        'unanswered_since',
      ],
    }),
  /**
   * Takes the session for its new owner only if it is still queued in the lane for which the
   * caller's right was checked. Returns whether it was.
   */
  claim: (id: string, lane: string, patch: PatchIn<'message_session'>) =>
    sql.changeIf('message_session', { session_id: id, state: queued, lane }, patch),
  /** Watching changes nothing else, so no other rows are locked. */
  watch: (companyId: string, id: string, until: number) =>
    sql.run(
      'update message_session set watched_until = ? where company_id = ? and session_id = ?',
      [until, companyId, id],
    ),
  /** Whether this person has ever owned the session. */
  wasOwner: async (companyId: string, id: string, uid: number) =>
    (await sql.one(
      'select n from session_ledger where company_id = ? and session_id = ? and uid = ? limit 1',
      [companyId, id, uid],
    )) !== null,
  writeLedger: (rows: LedgerRow[]) => sql.insert('session_ledger', rows),
  ledger: (companyId: string, id: string, page: { after: number; limit: number }) =>
    sql.all<LedgerRow>(
      'select * from session_ledger where company_id = ? and session_id = ? and n > ? order by n limit ?',
      [companyId, id, page.after, page.limit],
    ),
  openOf: (companyId: string, customerId: string) =>
    sql.one<SessionRow>(
      `select * from message_session where company_id = ? and open_key = ${openKeyOfId}${sql.dialect.forUpdate}`,
      [companyId, customerId],
    ),

  ...agentSessions(sql),
  ...sessionRanks(sql),
  ...sessionLists(sql),
})
