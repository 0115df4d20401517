// One list for both databases, in order.
import { Initial1700000000001 } from './0001-initial.ts'

export const migrations = [Initial1700000000001]
