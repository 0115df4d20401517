import { EntitySchema } from 'typeorm'
import { big, id, int, nullable, primary } from './columns.ts'

/** A customer who was reclaimed, and from whom: so that it can be undone. */
export type ReclaimedRow = {
  reclaimed_id: string
  company_id: string
  wx_user_id: string
  /** Whose he was; -1 if he only sat with somebody. */
  uid: number
  session_id: string | null
  at: number
  undone_at: number | null
}

export const reclaimed = new EntitySchema<ReclaimedRow>({
  name: 'reclaimed',
  tableName: 'reclaimed',
  columns: {
    reclaimed_id: id(primary),
    company_id: id(),
    wx_user_id: id(),
    uid: int(),
    session_id: id(nullable),
    at: big(),
    undone_at: big(nullable),
  },
  indices: [
    { name: 'ix_reclaimed_company_id_at', columns: ['company_id', 'at'] },
    { name: 'ix_reclaimed_wx_user_id', columns: ['wx_user_id'] },
  ],
})
