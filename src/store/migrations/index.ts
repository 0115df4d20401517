// All migrations in order, for both databases.
import { Initial1700000000001 } from './0001-initial.ts'
import { AccessToken1700000000002 } from './0002-access-token.ts'
import { Verbs1700000000003 } from './0003-verbs.ts'
import { Routing1700000000004 } from './0004-routing.ts'
import { Rules1700000000005 } from './0005-rules.ts'
import { Platform1700000000006 } from './0006-platform.ts'
import { Lanes1700000000007 } from './0007-lanes.ts'
import { RefusedPushes1700000000008 } from './0008-refused-pushes.ts'
import { People1700000000009 } from './0009-people.ts'
import { AccountShares1700000000010 } from './0010-account-shares.ts'
import { Rights1700000000011 } from './0011-rights.ts'
import { PushTimes1700000000013 } from './0013-push-times.ts'
import { Forgetting1700000000014 } from './0014-forgetting.ts'
import { UnusedFiles1700000000015 } from './0015-unused-files.ts'
import { Sizes1700000000016 } from './0016-sizes.ts'

export const migrations = [
  Initial1700000000001,
  AccessToken1700000000002,
  Verbs1700000000003,
  Routing1700000000004,
  Rules1700000000005,
  Platform1700000000006,
  Lanes1700000000007,
  RefusedPushes1700000000008,
  People1700000000009,
  AccountShares1700000000010,
  Rights1700000000011,
  PushTimes1700000000013,
  Forgetting1700000000014,
  UnusedFiles1700000000015,
  Sizes1700000000016,
]
