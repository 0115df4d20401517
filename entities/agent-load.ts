import { EntitySchema } from 'typeorm'
import { big, id, int, primary } from './columns.ts'

/** The row that makes capacity true: load counts sessions in states 0, 1, 2. turn grows with each one he gets: the lowest is next. */
export type AgentLoadRow = {
  uid: number
  company_id: string
  load: number
  capacity: number
  turn: number
}

export const agentLoad = new EntitySchema<AgentLoadRow>({
  name: 'agent_load',
  tableName: 'agent_load',
  columns: {
    uid: int(primary),
    company_id: id(),
    load: int(),
    capacity: int(),
    turn: big(),
  },
})
