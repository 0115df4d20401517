// All planted faults, grouped by what they affect.
import type { Fault } from '../fault.ts'
import { doorFaults } from './doors.ts'
import { peopleFaults } from './people.ts'
import { pushes } from './pushes.ts'
import { queueFaults } from './queue.ts'
import { replyFaults } from './replies.ts'
import { ruleFaults } from './rules.ts'
import { sdkFaults } from './sdk.ts'
import { sessionFaults } from './sessions.ts'
import { storeFaults } from './store.ts'

export const faults: Fault[] = [
  ...pushes,
  ...sdkFaults,
  ...sessionFaults,
  ...queueFaults,
  ...replyFaults,
  ...peopleFaults,
  ...doorFaults,
  ...ruleFaults,
  ...storeFaults,
]
