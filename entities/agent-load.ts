import { EntitySchema } from 'typeorm'
import { id, int, primary } from './columns.ts'

/** The row that makes capacity true: load counts sessions in states 0, 1, 2. */
export type AgentLoadRow = {
  uid: number
  company_id: string
  load: number
  capacity: number
}

export const agentLoad = new EntitySchema<AgentLoadRow>({
  name: 'agent_load',
  tableName: 'agent_load',
  columns: {
    uid: int(primary),
    company_id: id(),
    load: int(),
    capacity: int(),
  },
})
