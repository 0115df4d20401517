// The list of all routes, from which the router is made, and which the tests go through. The
// OpenAPI document is made from it and from doors.ts, which holds the addresses outside this list.
import { accountRoutes } from './routes/accounts.ts'
import { auditRoutes } from './routes/audit.ts'
import { authRoutes } from './routes/auth-routes.ts'
import { companyRoutes } from './routes/companies.ts'
import { doors } from './doors.ts'
import { customerRoutes } from './routes/customers.ts'
import { groupRoutes } from './routes/groups.ts'
import { jobRoutes } from './routes/jobs.ts'
import { mediaRoutes } from './routes/media.ts'
import { messageRoutes } from './routes/messages.ts'
import { openapiRoute } from './engine/openapi.ts'
import { platformRoutes } from './routes/platforms.ts'
import { receptionRoutes } from './routes/receptions.ts'
import { refusedPushRoutes } from './routes/refused-pushes.ts'
import type { Route } from './engine/route.ts'
import { reclaimRoutes } from './routes/reclaims.ts'
import { quickReplyRoutes } from './routes/quick-replies.ts'
import { ruleLabRoutes } from './routes/rule-lab.ts'
import { ruleRoutes } from './routes/rules.ts'
import { settingsRoutes } from './routes/settings.ts'
import { sessionVerbRoutes } from './routes/session-verbs.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { userRoutes } from './routes/users.ts'

export const routes: Route[] = [
  ...authRoutes,
  ...companyRoutes,
  ...settingsRoutes,
  ...accountRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...customerRoutes,
  ...reclaimRoutes,
  ...sessionRoutes,
  ...sessionVerbRoutes,
  ...messageRoutes,
  ...mediaRoutes,
  ...receptionRoutes,
  ...platformRoutes,
  ...quickReplyRoutes,
  ...ruleLabRoutes,
  ...ruleRoutes,
  ...jobRoutes,
  ...refusedPushRoutes,
  ...auditRoutes,
  openapiRoute(() => ({ routes, doors })),
]
