// One list for both databases, in order.
import { Initial1700000000001 } from './0001-initial.ts'
import { Verbs1700000000003 } from './0003-verbs.ts'

export const migrations = [Initial1700000000001, Verbs1700000000003]
