import type { Time, Whole } from './basic.ts'

export type Role = 'agent' | 'supervisor' | 'admin'
export type Presence = 'online' | 'away' | 'offline'

/** Whoever is signed in. */
export interface Me {
  uid: Whole
  companyId: string
  username: string
  name: string
  role: Role
  /** May make companies. */
  operator: boolean
  presence: Presence
  enabled: boolean
  /** What they say first in a session; null: what the company says. */
  greeting: string | null
}

export interface SignIn {
  token: string
  expiresAt: Time
  user: Me
}

/** A person of the company, as an admin sees them. */
export interface User {
  uid: Whole
  username: string
  name: string
  role: Role
  enabled: boolean
  presence: Presence
  groupIds: Whole[]
  deputyUids: Whole[]
  /** Whom they serve. */
  accountIds: string[]
  /** So many sessions at most. */
  capacity: Whole
  /** So many sessions now. */
  load: Whole
  createdAt: Time
}

export interface ChangedUser extends User {
  /** Of one who was disabled: how many sessions others have now. */
  handedOn?: Whole
}

/** A person, as everyone of the company sees them. */
export interface Colleague {
  uid: Whole
  name: string
  picture: string | null
  presence: Presence
  /** `path`: the names of the groups from the outermost to this one. */
  groups: { id: Whole; path: string[] }[]
}

/** Of agents. */
export interface Group {
  id: Whole
  name: string
  parentId: Whole | null
  createdAt: Time
}

/** What named a group that was deleted. */
export interface RemovedGroup {
  receptions: Whole
  rules: Whole
  overflows: Whole
  /** So many sessions waited for it. */
  moved: Whole
}
