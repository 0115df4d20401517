import { listAudit } from '../../actions/list-audit.ts'
import { presentAudit } from '../../views/audit.ts'
import { pageOf } from '../engine/answers.ts'
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
    answers: pageOf('AuditEntry'),
    handle: async ({ ports, me, query }) => {
      const { rows, next } = await listAudit(ports, me, query)
      return { body: { items: rows.map(presentAudit), next } }
    },
  }),
]
