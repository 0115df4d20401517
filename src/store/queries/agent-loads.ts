import type { AgentLoadRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export class LoadQueries extends Queries {
  lock(uids: number[]) {
    const some = list([...uids].sort((a, b) => a - b))
    return this.sql.all<AgentLoadRow>(
      `select * from agent_load where uid in (${some.marks}) order by uid${this.sql.dialect.forUpdate}`,
      some.values,
    )
  }

  /** Locks the loads of these people, but not those that somebody else has locked at the moment. */
  lockFree(uids: number[]) {
    const some = list([...uids].sort((a, b) => a - b))
    const { skipLocked, forUpdate } = this.sql.dialect
    return this.sql.all<AgentLoadRow>(
      `select * from agent_load where uid in (${some.marks}) order by uid${skipLocked ?? forUpdate}`,
      some.values,
    )
  }

  find(uid: number) {
    return this.sql.one<AgentLoadRow>('select * from agent_load where uid = ?', [uid])
  }

  /**
   * Adds a session to the agent's load. Returns 0 if the agent has no room, and changes nothing;
   * this is how capacity is enforced. The agent's turn then comes after that of everyone who was
   * given a session before.
   */
  raise(uid: number, turn: number) {
    return this.sql.run(
      'update agent_load set `load` = `load` + 1, turn = case when turn < ? then ? else turn end where uid = ? and `load` < capacity',
      [turn, turn, uid],
    )
  }

  /**
   * Gives an agent the sessions of a batch, as it was decided without a lock. Returns 0 if they got
   * another session meanwhile or have not so much room.
   */
  give(
    uid: number,
    { sessions, turn, turnRead }: { sessions: number; turn: number; turnRead: number },
  ) {
    return this.sql.run(
      'update agent_load set `load` = `load` + ?, turn = ? where uid = ? and turn = ? and `load` + ? <= capacity',
      [sessions, turn, uid, turnRead, sessions],
    )
  }

  /**
   * Adds sessions to the load of an agent whose row is locked and known to have room for them. The
   * agent's turn then comes after that of everyone who has been idle longer.
   */
  add(uid: number, sessions: number, turn: number) {
    this.sql.write(
      'update agent_load set `load` = `load` + ?, turn = case when turn < ? then ? else turn end where uid = ?',
      [sessions, turn, turn, uid],
    )
  }

  lower(uid: number) {
    this.sql.write('update agent_load set `load` = `load` - 1 where uid = ?', [uid])
  }

  of(uids: number[]) {
    const some = list(uids)
    return this.sql.all<AgentLoadRow>(
      `select * from agent_load where uid in (${some.marks})`,
      some.values,
    )
  }

  save(row: Omit<AgentLoadRow, 'turn'>) {
    this.sql.upsert('agent_load', [{ ...row, turn: 0 }], { key: 'uid', update: ['capacity'] })
  }
}
