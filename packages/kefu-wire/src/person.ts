import type { Time, Whole } from './basic.ts'

export type Role = 'agent' | 'supervisor' | 'admin'
export type Presence = 'online' | 'away' | 'offline'

/** The person who is signed in. */
export interface Me {
  uid: Whole
  companyId: string
  username: string
  name: string
  role: Role
  /** Whether the person may create companies. */
  operator: boolean
  presence: Presence
  enabled: boolean
  /** The greeting that is sent when the person takes a session; null to use the company's. */
  greeting: string | null
}

export interface SignIn {
  token: string
  expiresAt: Time
  user: Me
}

/** A person of the company with everything that an admin may see and change. */
export interface User {
  uid: Whole
  username: string
  name: string
  role: Role
  enabled: boolean
  presence: Presence
  groupIds: Whole[]
  deputyUids: Whole[]
  /** The accounts whose customers the person serves. */
  accountIds: string[]
  /** How many sessions the person may have at the same time. */
  capacity: Whole
  /** How many sessions the person has now. */
  load: Whole
  createdAt: Time
}

export interface ChangedUser extends User {
  /**
   * Only after a person was disabled: how many sessions were taken from them, to be queued or given
   * to others. A job hands on those for which the call has no time.
   */
  handedOn?: Whole
}

/** A person as every colleague sees them, without what only an admin may see. */
export interface Colleague {
  uid: Whole
  name: string
  picture: string | null
  presence: Presence
  /** How many sessions the person may have at the same time. */
  capacity: Whole
  /** How many sessions the person has now. */
  load: Whole
  /** `path` contains the names of the groups from the outermost to this one. */
  groups: { id: Whole; path: string[] }[]
}

/** A group of agents, to which customers can be handed and which may contain other groups. */
export interface Group {
  id: Whole
  name: string
  parentId: Whole | null
  createdAt: Time
}

/** How many things referred to a deleted group and were changed, by their kind. */
export interface RemovedGroup {
  receptions: Whole
  rules: Whole
  overflows: Whole
  /**
   * How many sessions went from the lane of the group to the common lane of their account before
   * the call ended. A job moves those for which the call had no time.
   */
  moved: Whole
}
