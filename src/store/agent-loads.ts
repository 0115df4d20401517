import type { AgentLoadRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

export const loadQueries = (sql: Sql) => ({
  lock: (uids: number[]) => {
    const some = list([...uids].sort((a, b) => a - b))
    return sql.all<AgentLoadRow>(`select * from agent_load where uid in (${some.marks}) order by uid${sql.dialect.forUpdate}`, some.values)
  },
  find: (uid: number) => sql.one<AgentLoadRow>('select * from agent_load where uid = ?', [uid]),
  /** 0 when the agent has no room: the row makes capacity true. */
  raise: (uid: number) => sql.run('update agent_load set `load` = `load` + 1 where uid = ? and `load` < capacity', [uid]),
  lower: (uid: number) => sql.run('update agent_load set `load` = `load` - 1 where uid = ?', [uid]),
  save: (row: AgentLoadRow) => sql.upsert('agent_load', [row], { key: 'uid', update: ['capacity'] }),
})
