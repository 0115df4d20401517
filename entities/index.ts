// The list handed to TypeORM, and the row types for everyone.
import { company } from './company.ts'
import { account } from './official-account.ts'
import { user } from './user.ts'
import { userGroup } from './user-group.ts'
import { userGroupMember } from './user-group-member.ts'
import { userDeputy } from './user-deputy.ts'
import { customerService } from './customer-service.ts'
import { agentLoad } from './agent-load.ts'
import { inbox } from './inbox.ts'
import { customer } from './customer.ts'
import { session } from './session.ts'
import { sessionMember } from './session-member.ts'
import { evaluation } from './evaluation.ts'
import { ledger } from './ledger.ts'
import { message } from './message.ts'
import { outbox } from './outbox.ts'
import { stream } from './stream.ts'
import { streamEvent } from './stream-event.ts'
import { resource } from './resource.ts'
import { messageRule } from './rule.ts'
import { ruleHit } from './rule-hit.ts'
import { ruleUnmatched } from './rule-unmatched.ts'
import { ruleReplay } from './rule-replay.ts'
import { quickReply } from './quick-reply.ts'
import { quickReplyGroup } from './quick-reply-group.ts'
import { jobRun } from './job-run.ts'
import { auditLog } from './audit-log.ts'
import { login } from './login.ts'
import { loginLog } from './login-log.ts'
import { installation } from './installation.ts'
import { accessToken } from './access-token.ts'
import { mediaUpload } from './media-upload.ts'
import { mediaFetch } from './media-fetch.ts'
import { trajectory } from './trajectory.ts'
import { reception } from './reception.ts'
import { platform } from './platform.ts'
import { kfAccount } from './kf-account.ts'
import { missedSession } from './missed-session.ts'
import { reclaimed } from './reclaimed.ts'
import { refusedPush } from './refused-push.ts'

export type { CompanyRow } from './company.ts'
export type { AccountRow } from './official-account.ts'
export type { UserRow } from './user.ts'
export type { UserGroupRow } from './user-group.ts'
export type { UserGroupMemberRow } from './user-group-member.ts'
export type { UserDeputyRow } from './user-deputy.ts'
export type { CustomerServiceRow } from './customer-service.ts'
export type { AgentLoadRow } from './agent-load.ts'
export type { InboxRow } from './inbox.ts'
export type { CustomerRow } from './customer.ts'
export type { SessionRow } from './session.ts'
export type { SessionMemberRow } from './session-member.ts'
export type { EvaluationRow } from './evaluation.ts'
export type { LedgerRow } from './ledger.ts'
export type { MessageRow } from './message.ts'
export type { OutboxRow } from './outbox.ts'
export type { StreamRow } from './stream.ts'
export type { StreamEventRow } from './stream-event.ts'
export type { ResourceRow } from './resource.ts'
export type { MessageRuleRow } from './rule.ts'
export type { RuleHitRow } from './rule-hit.ts'
export type { RuleUnmatchedRow } from './rule-unmatched.ts'
export type { RuleReplayRow } from './rule-replay.ts'
export type { QuickReplyRow } from './quick-reply.ts'
export type { QuickReplyGroupRow } from './quick-reply-group.ts'
export type { JobRunRow } from './job-run.ts'
export type { AuditLogRow } from './audit-log.ts'
export type { LoginRow } from './login.ts'
export type { LoginLogRow } from './login-log.ts'
export type { InstallationRow } from './installation.ts'
export type { AccessTokenRow } from './access-token.ts'
export type { MediaUploadRow } from './media-upload.ts'
export type { MediaFetchRow } from './media-fetch.ts'
export type { TrajectoryRow } from './trajectory.ts'
export type { ReceptionRow } from './reception.ts'
export type { PlatformRow } from './platform.ts'
export type { KfAccountRow } from './kf-account.ts'
export type { MissedSessionRow } from './missed-session.ts'
export type { ReclaimedRow } from './reclaimed.ts'
export type { RefusedPushRow } from './refused-push.ts'

export const entities = [
  company,
  account,
  user,
  userGroup,
  userGroupMember,
  userDeputy,
  customerService,
  agentLoad,
  inbox,
  customer,
  session,
  sessionMember,
  evaluation,
  ledger,
  message,
  outbox,
  stream,
  streamEvent,
  resource,
  messageRule,
  ruleHit,
  ruleUnmatched,
  ruleReplay,
  quickReply,
  quickReplyGroup,
  jobRun,
  auditLog,
  login,
  loginLog,
  installation,
  accessToken,
  mediaUpload,
  mediaFetch,
  trajectory,
  reception,
  platform,
  kfAccount,
  missedSession,
  reclaimed,
  refusedPush,
]
