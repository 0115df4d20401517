// One list for both databases, in order.
import { Initial1700000000001 } from './0001-initial.ts'
import { AccessToken1700000000002 } from './0002-access-token.ts'
import { Platform1700000000006 } from './0006-platform.ts'

export const migrations = [Initial1700000000001, AccessToken1700000000002, Platform1700000000006]
