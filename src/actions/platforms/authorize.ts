// Lets the owner of an account authorise our third-party platform. They go from our page to
// WeChat's and come back with a code. The state they carry is encrypted, so that nobody can bind an
// account to another company.
import type { AccountRow } from '../../../entities/index.ts'
import { companyIsOpen } from '../../../rules/access/login.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { AuthorizedAccount, KnownPlatform, Needs, Unit } from '../../ports.ts'
import {
  appidTaken,
  blankFor,
  refuseTooManyAccounts,
  writeServed,
} from '../accounts/create-account.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'
import { exchangeCode } from './exchange.ts'
import { noPlatform } from './save-platform.ts'

type AuthorizeNeeds = Needs<
  'store' | 'clock' | 'ids' | 'secrets' | 'bus' | 'known' | 'desk' | 'cache' | 'limits'
>
type State = { companyId: string; uid: number; until: number }

const holdsMs = 30 * 60_000
const statePlace = (componentAppid: string) => `authorize:${componentAppid}`

/** Returns the address at WeChat to which the owner is sent. */
export async function beginAuthorization(
  needs: AuthorizeNeeds,
  me: Me,
  componentAppid: string,
): Promise<string> {
  const platform = await needs.known.platform(componentAppid)
  if (!platform) throw noPlatform()
  if (needs.limits.publicUrl === null) {
    throw new AppError(
      'invalid_input',
      'Set PUBLIC_URL: WeChat must know where to send the owner back to.',
      { field: 'PUBLIC_URL' },
    )
  }
  const state: State = { companyId: me.companyId, uid: me.uid, until: needs.clock.now() + holdsMs }
  const sealed = Buffer.from(
    needs.secrets.seal(JSON.stringify(state), statePlace(componentAppid)),
  ).toString('base64url')
  return needs.desk.authorizePage(
    platform,
    `${needs.limits.publicUrl}/wechat/platform/${componentAppid}/callback?state=${sealed}`,
  )
}

export async function endAuthorization(
  needs: AuthorizeNeeds,
  { componentAppid, state, code }: { componentAppid: string; state: string; code: string },
): Promise<AccountRow> {
  const platform = await needs.known.platform(componentAppid)
  if (!platform) throw noPlatform()
  const { companyId, uid } = openState(needs, componentAppid, state)
  await refuseFormerAdmin(needs, needs.store.read, { companyId, uid })
  const authorized = await exchangeCode(needs, platform, code)
  const account = await refuseTaken(
    needs,
    appidTaken,
    needs.store.work('rest', (unit) =>
      bind(needs, unit, { me: { companyId, uid }, platform, authorized }),
    ),
  )

  needs.bus.publish('known', companyId)
  return account
}

function openState(
  needs: Needs<'secrets' | 'clock'>,
  componentAppid: string,
  state: string,
): State {
  try {
    const opened = JSON.parse(
      needs.secrets.open(Buffer.from(state, 'base64url').toString(), statePlace(componentAppid)),
    ) as State
    if (opened.until > needs.clock.now()) return opened
  } catch {
    // a state parameter that we did not make cannot be decrypted, and is refused like one that has
    // expired
  }
  throw notBegun()
}

const notBegun = () =>
  new AppError(
    'not_allowed',
    'This authorisation was not begun here, or half an hour ago: begin it again under accounts.',
  )

/**
 * Refuses the end of an authorisation if the admin who began it is no longer an enabled admin, or
 * their company has been disabled or has expired meanwhile.
 */
async function refuseFormerAdmin(
  needs: Needs<'clock'>,
  unit: Unit,
  { companyId, uid }: Pick<Me, 'companyId' | 'uid'>,
): Promise<void> {
  const user = await unit.users.find(companyId, uid)
  const company = await unit.companies.find(companyId)
  const isAdmin = user?.enabled === 1 && user.role === 'admin'
  if (!isAdmin || !companyIsOpen(company, needs.clock.now())) throw notBegun()
}

type NewBinding = {
  me: Pick<Me, 'companyId' | 'uid'>
  platform: KnownPlatform
  authorized: AuthorizedAccount
}

async function bind(
  needs: AuthorizeNeeds,
  unit: Unit,
  { me, platform, authorized }: NewBinding,
): Promise<AccountRow> {
  const company = await unit.companies.lock(me.companyId)
  await refuseFormerAdmin(needs, unit, me)
  const before = await unit.accounts.anyByAppid(me.companyId, authorized.appid)
  if (!company || (before && before.company_id !== me.companyId)) throw appidTaken()
  const bound = {
    name: authorized.name,
    original_id: authorized.originalId,
    type: authorized.type,
    mode: 'safe',
    binding: 'platform',
    component_appid: platform.componentAppid,
    withdrawn_at: null,
  }
  const there = before?.deleted_at === null ? before : null
  const row = there
    ? { ...there, ...bound }
    : {
        ...blankFor(needs, before, {
          companyId: me.companyId,
          kind: 'wechat',
          appid: authorized.appid,
        }),
        ...bound,
      }
  if (there) unit.accounts.change(me.companyId, there.account_id, bound)
  else {
    await refuseTooManyAccounts(unit, company)
    await writeServed(unit, row, before)
  }
  writeAudit(needs, unit, {
    me,
    entry: {
      action: 'account.authorized',
      object: auditName('account', row.account_id),
      detail: { platform: platform.componentAppid },
    },
  })
  return row
}
