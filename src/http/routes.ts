// Every route of the product, in one list.
import { accountRoutes } from './accounts.ts'
import { auditRoutes } from './audit.ts'
import { authRoutes } from './auth-routes.ts'
import { companyRoutes } from './companies.ts'
import { customerRoutes } from './customers.ts'
import { groupRoutes } from './groups.ts'
import { jobRoutes } from './jobs.ts'
import { mediaRoutes } from './media.ts'
import { messageRoutes } from './messages.ts'
import { openapiRoute } from './openapi.ts'
import { platformRoutes } from './platforms.ts'
import { receptionRoutes } from './receptions.ts'
import { refusedPushRoutes } from './refused-pushes.ts'
import type { Route } from './route.ts'
import { reclaimRoutes } from './reclaims.ts'
import { quickReplyRoutes } from './quick-replies.ts'
import { ruleLabRoutes } from './rule-lab.ts'
import { ruleRoutes } from './rules.ts'
import { settingsRoutes } from './settings.ts'
import { sessionVerbRoutes } from './session-verbs.ts'
import { sessionRoutes } from './sessions.ts'
import { userRoutes } from './users.ts'

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
  openapiRoute(() => routes),
]
