import type { Company, Group, Me, Role, User } from 'kefu-wire'
import type { CompanyRow, UserGroupRow, UserRow } from '../../entities/index.ts'
import { presenceOf } from '../../rules/session/presence.ts'
import { noGroup } from '../../rules/session/group-tree.ts'
import { presentTime } from './times.ts'

export const presentMe = (row: UserRow, now: number): Me => ({
  uid: row.uid,
  companyId: row.company_id,
  username: row.username,
  name: row.name,
  role: row.role as Role,
  operator: row.operator === 1,
  presence: presenceOf(row, now),
  enabled: row.enabled === 1,
  greeting: row.greeting,
})

export type UserParts = Pick<User, 'groupIds' | 'deputyUids' | 'accountIds' | 'capacity' | 'load'>

export const presentUser = (row: UserRow, parts: UserParts, now: number): User => ({
  uid: row.uid,
  username: row.username,
  name: row.name,
  role: row.role as Role,
  enabled: row.enabled === 1,
  presence: presenceOf(row, now),
  ...parts,
  createdAt: presentTime(row.created_at),
})

export const presentGroup = (row: UserGroupRow): Group => ({
  id: row.user_group_id,
  name: row.user_group_name,
  parentId: row.parent_id === noGroup ? null : row.parent_id,
  createdAt: presentTime(row.created_at),
})

export const presentCompany = (row: CompanyRow): Company => ({
  id: row.company_id,
  name: row.company_name,
  enabled: row.enabled === 1,
  expiresAt: presentTime(row.expires_at),
  maxAgents: row.max_agents,
  maxAccounts: row.max_accounts,
  createdAt: presentTime(row.created_at),
})
