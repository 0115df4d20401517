// One list for both databases, in order.
import { Initial1700000000001 } from './0001-initial.ts'
import { Rules1700000000005 } from './0005-rules.ts'
import { Platform1700000000006 } from './0006-platform.ts'

export const migrations = [Initial1700000000001, Rules1700000000005, Platform1700000000006]
