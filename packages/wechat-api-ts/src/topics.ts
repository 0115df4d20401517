// All calls that an account makes with an access token, grouped by topic.
import { bind, type Bound, type Wire } from './call.ts'
import { custom } from './calls/custom.ts'
import { diagnosis, quota } from './calls/diagnosis.ts'
import { kfAccounts, kfSessions } from './calls/kf.ts'
import { mass } from './calls/mass.ts'
import { drafts, material, publishing } from './calls/material.ts'
import { media } from './calls/media.ts'
import { menu } from './calls/menu.ts'
import { qrcodes } from './calls/qrcodes.ts'
import { statistics } from './calls/statistics.ts'
import { subscriptions, templates } from './calls/templates.ts'
import { blacklist, tags, users } from './calls/users.ts'

const topics = {
  custom,
  kfAccounts,
  kfSessions,
  media,
  material,
  drafts,
  publishing,
  users,
  tags,
  blacklist,
  qrcodes,
  menu,
  templates,
  subscriptions,
  mass,
  statistics,
  quota,
  diagnosis,
}

export type AccountCalls = { [Topic in keyof typeof topics]: Bound<(typeof topics)[Topic]> }

export function bindTopics(wire: Wire): AccountCalls {
  return Object.fromEntries(
    Object.entries(topics).map(([name, topic]) => [name, bind(wire, topic)]),
  ) as AccountCalls
}
