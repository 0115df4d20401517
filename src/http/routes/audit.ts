import { AppError } from '../../errors.ts'
import { presentAudit } from '../../views/audit.ts'
import { page } from '../engine/page.ts'
import { route, type Route } from '../engine/route.ts'

export const auditRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/audit',
    who: 'admin',
    reach: 'company',
    summary: 'Who did what, newest first',
    query: page,
    handle: async ({ ports, me, query }) => {
      const { logins } = ports.store.read
      const before = query.cursor ? await logins.auditFind(me.companyId, query.cursor) : null
      if (query.cursor && !before) {
        throw new AppError('invalid_input', 'The cursor is none of this list.', { field: 'cursor' })
      }
      const rows = await logins.auditList(me.companyId, {
        before,
        limit: query.limit,
      })
      return {
        body: {
          items: rows.map(presentAudit),
          next: rows.length === query.limit ? (rows.at(-1)?.audit_id ?? null) : null,
        },
      }
    },
  }),
]
