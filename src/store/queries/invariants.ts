// Checks the invariants on live data. Each question is a single statement over a few sessions, so
// that it sees one consistent moment. Long lists are read in pieces, since nobody is waiting for
// the result.
import { ownedStates } from '../../../rules/session/states.ts'
import { alongSessions } from './session-indexes.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export type Breach = { session_id: string; what: string }
type BrokenRow = { session_id: string }

const differ = (a: string, b: string) => `((${a} is null) <> (${b} is null) or ${a} <> ${b})`
const named = (rows: BrokenRow[], what: string): Breach[] =>
  rows.map(({ session_id }) => ({ session_id, what }))

/**
 * Counts an agent's sessions with one query per state, because for several states at once a server
 * reads all rows of the person.
 */
const held = (state: number) =>
  `(select count(*) from message_session s where s.company_id = l.company_id and s.uid = l.uid and s.state = ${state})`

export class InvariantQueries extends Queries {
  /** The next sessions in a state to check: open ones, or those that closed last. */
  openAfter(companyId: string, state: number, page: { at: number; id: string; limit: number }) {
    return this.sql.all<BrokenRow & { add_time: number; seq: number }>(
      `select session_id, add_time, seq from message_session${alongSessions(this.sql, 'state')} where company_id = ? and state = ? and add_time <= ? and (add_time < ? or session_id < ?)` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, state, page.at, page.at, page.id, page.limit],
    )
  }

  /**
   * Checks that each session has its customer's key in `open_key` while it is open, and none
   * afterwards. The column is unique, so the session is its customer's only open one.
   */
  async openKeys(companyId: string, ids: string[]): Promise<Breach[]> {
    const some = list(ids)
    const rows = await this.sql.all<
      BrokenRow & { ended: number; open_key: string | null; account_id: string; wx_user_id: string }
    >(
      `select session_id, state < 0 as ended, open_key, account_id, wx_user_id from message_session where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
    return named(
      rows.filter(
        (row) => row.open_key !== (row.ended ? null : `${row.account_id}:${row.wx_user_id}`),
      ),
      'its key does not say whose it is',
    )
  }

  /**
   * Checks that lines are numbered from 1 to `seq`, that the last line is the one the session
   * names, and that each side has as many lines as counted.
   */
  async lines(companyId: string, ids: string[]): Promise<Breach[]> {
    const some = list(ids)
    const rows = await this.sql.all<BrokenRow>(
      'select s.session_id from message_session s left join message_data m on m.session_id = s.session_id' +
        ` where ${this.sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks}) group by s.session_id, s.seq, s.last_message_id, s.visitor_offset, s.agent_offset` +
        ' having count(m.seq) <> s.seq or count(distinct m.seq) <> s.seq or coalesce(max(m.seq), 0) <> s.seq' +
        ' or s.visitor_offset <> sum(case when m.opercode = 2 then 1 else 0 end) or s.visitor_offset + s.agent_offset <> s.seq' +
        ` or ${differ('max(case when m.seq = s.seq then m.message_id end)', 's.last_message_id')}`,
      [companyId, ...some.values],
    )
    return named(rows, 'its lines are not what it counts')
  }

  /**
   * Checks that the ledger has a row for each step, that each row starts in the state where the
   * previous one ended, and that the last one matches the session.
   */
  async ledgers(companyId: string, ids: string[]): Promise<Breach[]> {
    const some = list(ids)
    const [gaps, ends, chains] = [
      await this.sql.all<BrokenRow>(
        'select s.session_id from message_session s left join session_ledger l on l.session_id = s.session_id' +
          ` where ${this.sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks}) group by s.session_id, s.ledger_n having count(l.n) <> s.ledger_n`,
        [companyId, ...some.values],
      ),
      await this.sql.all<BrokenRow>(
        'select s.session_id from message_session s join session_ledger l on l.session_id = s.session_id and l.n = s.ledger_n' +
          ` where ${this.sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks}) and (l.to_state <> s.state or l.fence <> s.fence or ${differ('l.uid', 's.uid')})`,
        [companyId, ...some.values],
      ),
      await this.sql.all<BrokenRow>(
        'select distinct b.session_id from session_ledger a join session_ledger b on b.session_id = a.session_id and b.n = a.n + 1' +
          ` where ${this.sql.dialect.filter('a.company_id')} = ? and a.session_id in (${some.marks})` +
          ` and (${differ('b.from_state', 'a.to_state')} or b.fence < a.fence or (${differ('b.uid', 'a.uid')} and b.fence = a.fence))`,
        [companyId, ...some.values],
      ),
    ]
    return [
      ...named(gaps, 'a step is missing in its ledger'),
      ...named(ends, 'its ledger ends elsewhere'),
      ...named(chains, 'its owner changed without a word, or its fence fell'),
    ]
  }

  /** Checks that the state of a line agrees with its outbox row. */
  async deliveries(companyId: string, ids: string[]): Promise<Breach[]> {
    const some = list(ids)
    const rows = await this.sql.all<BrokenRow>(
      'select distinct m.session_id from message_data m join outbox o on o.outbox_id = m.message_id' +
        ` where ${this.sql.dialect.filter('m.company_id')} = ? and m.session_id in (${some.marks}) and ${differ('o.state', 'm.delivery')}`,
      [companyId, ...some.values],
    )
    return named(rows, 'a reply of it is not what the outbox says')
  }

  /** Replies that should have been finished by now, counted up to a limit. */
  async stuck(
    companyId: string,
    { acceptedBefore, leasedBefore }: { acceptedBefore: number; leasedBefore: number },
  ) {
    const accounts = await this.sql.all<{ account_id: string }>(
      'select account_id from official_account where company_id = ?',
      [companyId],
    )
    let stuck = 0
    for (const { account_id: account } of accounts) {
      // replies with and without files are counted by separate queries, so that rows which are not
      // old enough are not read
      for (const holdsFiles of [0, 1]) {
        for (const [where, before] of [
          ["state = 'pending' and created_at < ?", acceptedBefore],
          ["state = 'sending' and created_at < ?", leasedBefore],
        ] as const) {
          const rows = await this.sql.all<{ state: string; lease_until: number | null }>(
            `select state, lease_until from outbox where account_id = ? and holds_files = ? and ${where} limit 100`,
            [account, holdsFiles, before],
          )
          stuck += rows.filter(
            (row) => row.state === 'pending' || (row.lease_until ?? 0) < leasedBefore,
          ).length
        }
      }
    }
    return stuck
  }

  loads(companyId: string) {
    return this.sql.all<{ uid: number; load: number; capacity: number; n: number }>(
      `select l.uid, l.\`load\`, l.capacity, ${ownedStates.map(held).join(' + ')} as n` +
        ' from agent_load l where l.company_id = ?',
      [companyId],
    )
  }

  /** The event streams to which something was written since the given time. */
  async lastStreams(companyId: string, since: number) {
    return (
      await this.sql.all<{ stream: string }>(
        'select distinct stream from (select company_id, stream from stream_event where created_at > ? order by created_at desc limit 1000) e where company_id = ?',
        [since, companyId],
      )
    ).map((row) => row.stream)
  }

  /**
   * Whether the stream's last event does not match its counter, or one of the newest events is
   * missing.
   */
  async isTorn(companyId: string, stream: string) {
    return (
      (await this.sql.one(
        'select s.top from stream s join (select e.`offset` as place from stream_event e where e.company_id = ? and e.stream = ? order by e.`offset` desc limit 200) e' +
          ' where s.company_id = ? and s.stream = ? group by s.top having max(e.place) <> s.top or count(*) <> max(e.place) - min(e.place) + 1',
        [companyId, stream, companyId, stream],
      )) !== null
    )
  }
}
