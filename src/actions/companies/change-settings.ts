import {
  overflowCircle,
  readSettings,
  type AccountSettings,
  type GroupSettings,
  type Settings,
} from '../../../rules/settings.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { ringRoom } from '../transition/ring-room.ts'

/**
 * The settings to change. `accounts` and `groups` contain what an account or group overrides, keyed
 * by its id; null removes all its overrides.
 */
export type SettingsPatch = {
  [K in Exclude<keyof Settings, 'accounts' | 'groups'>]?: Settings[K] | undefined
} & {
  accounts?: Record<string, AccountSettings | null> | undefined
  groups?: Record<string, GroupSettings | null> | undefined
}

export async function readCompanySettings(needs: Needs<'store'>, me: Me): Promise<Settings> {
  const company = await needs.store.read.companies.find(me.companyId)
  if (!company) throw new AppError('not_found', 'There is no such company.')
  return readSettings(company.settings)
}

export async function changeSettings(
  needs: Needs<'store' | 'clock' | 'ids' | 'bus'>,
  me: Me,
  patch: SettingsPatch,
): Promise<Settings> {
  const settings = await needs.store.work('rest', async (unit) => {
    const company = await unit.companies.lock(me.companyId)
    if (!company) throw new AppError('not_found', 'There is no such company.')
    const before = readSettings(company.settings)
    const known = await knownIds(unit, me)
    refuseUnknown(known, patch)
    const stored = JSON.stringify({
      ...(JSON.parse(company.settings) as object),
      ...patch,
      accounts: merged(before.accounts, patch.accounts, known.accounts),
      groups: merged(before.groups, patch.groups, known.groups),
    })
    const after = readSettings(stored)
    if (overflowCircle(after.groups) !== null) {
      throw new AppError('invalid_input', 'These groups would pass customers round in a circle.', {
        field: 'groups',
      })
    }
    unit.companies.change(me.companyId, { settings: stored })
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'settings.changed',
        object: auditName('company', me.companyId),
        detail: patch,
      },
    })
    return after
  })

  needs.bus.publish('known', me.companyId)
  ringRoom(needs, me.companyId)
  return settings
}

/**
 * Combines the stored overrides of accounts or groups with those of the call. Overrides for
 * accounts and groups that were deleted are dropped.
 */
function merged<T>(
  before: Record<string, T>,
  patch: Record<string, T | null> | undefined,
  known: Set<string>,
): Record<string, T> {
  const all = Object.entries({ ...before, ...patch })
  return Object.fromEntries(
    all.filter((entry): entry is [string, T] => entry[1] !== null && known.has(entry[0])),
  )
}

type KnownIds = { accounts: Set<string>; groups: Set<string> }

const knownIds = async (unit: Unit, { companyId }: Me): Promise<KnownIds> => ({
  accounts: new Set((await unit.accounts.list(companyId)).map((row) => row.account_id)),
  groups: new Set((await unit.groups.list(companyId)).map((row) => String(row.user_group_id))),
})

function refuseUnknown(known: KnownIds, { accounts = {}, groups = {} }: SettingsPatch): void {
  const targets = Object.values(groups).flatMap((group) =>
    group?.overflow ? [String(group.overflow.groupId)] : [],
  )
  const account = Object.keys(accounts).find((id) => !known.accounts.has(id))
  const group = [...Object.keys(groups), ...targets].find((id) => !known.groups.has(id))
  if (account !== undefined) {
    throw new AppError('not_found', `There is no account ${account} in your company.`, {
      field: 'accounts',
    })
  }
  if (group !== undefined) {
    throw new AppError('not_found', `There is no group ${group} in your company.`, {
      field: 'groups',
    })
  }
}
