import { big, id, int, nullable, primary, type Row, table } from './columns.ts'

/**
 * A customer who was reclaimed from an agent after a long silence. It is kept so that the reclaim
 * can be undone.
 */
export const reclaimed = table(
  'reclaimed',
  {
    reclaimed_id: id(primary),
    company_id: id(),
    wx_user_id: id(),
    /**
     * The exclusive agent they belonged to or, if they had none, the owner of their session.
     */
    uid: int(),
    session_id: id(nullable),
    at: big(),
    undone_at: big(nullable),
  },
  {
    indices: [
      { name: 'ix_reclaimed_company_id_at', columns: ['company_id', 'at'] },
      { name: 'ix_reclaimed_wx_user_id', columns: ['wx_user_id'] },
    ],
  },
)
export type ReclaimedRow = Row<typeof reclaimed>
