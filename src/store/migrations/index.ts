// One list for both databases, in order.
import { Initial1700000000001 } from './0001-initial.ts'
import { Routing1700000000004 } from './0004-routing.ts'

export const migrations = [Initial1700000000001, Routing1700000000004]
