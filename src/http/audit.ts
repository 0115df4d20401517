import { presentAudit } from '../views/audit.ts'
import { page } from './page.ts'
import { route, type Route } from './route.ts'

const newest = 'g'

export const auditRoutes: Route[] = [
  route({
    method: 'get',
    path: '/api/audit',
    who: 'admin',
    summary: 'Who did what, newest first',
    query: page,
    handle: async ({ ports, me, query }) => {
      const rows = await ports.store.read.logins.auditList(me.companyId, {
        before: query.cursor ?? newest,
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
