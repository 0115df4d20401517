import { big, id, int, primary, type Row, table } from './columns.ts'

/**
 * How many sessions each person has; this row is what enforces their capacity. `load` counts the
 * sessions in states 0, 1 and 2 that they own. `turn` grows with every session they get, so the one
 * with the lowest `turn` is next in a round robin.
 */
export const agentLoad = table('agent_load', {
  uid: int(primary),
  company_id: id(),
  load: int(),
  capacity: int(),
  turn: big(),
})
export type AgentLoadRow = Row<typeof agentLoad>
