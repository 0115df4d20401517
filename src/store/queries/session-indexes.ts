import type { Sql } from '../engine/sql.ts'

/**
 * The indexes along which lists and jobs read sessions. They are named in the queries, so that no
 * database chooses a slower one.
 */
const indexes = {
  lane: 'ix_message_session_company_id_lane_state_rank',
  state: 'ix_message_session_company_id_state_add_time',
  owner: 'ix_message_session_company_id_uid_state_add_time',
  customer: 'ix_message_session_wx_user_id_add_time',
}

export const alongSessions = ({ dialect }: Sql, index: keyof typeof indexes) =>
  dialect.along(indexes[index])
