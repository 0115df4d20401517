// Handles what WeChat pushes to the platform itself: its ticket every ten minutes, and accounts
// that gave or withdrew their authorisation.
import { isAppError } from '../../errors.ts'
import type { KnownPlatform, Needs } from '../../ports.ts'
import { platformPlace } from '../../secrets.ts'
import { exchangeCode } from './exchange.ts'

export type ReadNotice =
  | { kind: 'ticket'; ticket: string }
  | { kind: 'authorized'; appid: string; code: string }
  | { kind: 'unauthorized'; appid: string }
  | { kind: 'unknown' }

type NoticeNeeds = Needs<
  'store' | 'clock' | 'secrets' | 'bus' | 'cache' | 'desk' | 'log' | 'metrics'
>

export async function takeNotice(
  needs: NoticeNeeds,
  platform: KnownPlatform,
  notice: ReadNotice,
): Promise<void> {
  needs.metrics.notices.inc({ kind: notice.kind })
  if (notice.kind === 'ticket') await keepTicket(needs, platform, notice.ticket)
  if (notice.kind === 'authorized') await renew(needs, platform, notice)
  if (notice.kind === 'unauthorized') await unbind(needs, platform, notice.appid)
}

async function keepTicket(
  needs: NoticeNeeds,
  { componentAppid }: KnownPlatform,
  ticket: string,
): Promise<void> {
  const sealed = needs.secrets.seal(ticket, platformPlace(componentAppid, 'ticket'))
  await needs.store.work('rest', (unit) =>
    unit.platforms.saveTicket(componentAppid, sealed, needs.clock.now()),
  )
}

/**
 * Handles the notice that an owner authorised the platform. For an account that is bound already,
 * the code in it brings the account's new permissions. For a new account nothing is done until the
 * owner's browser returns, which tells to which company the account belongs.
 */
async function renew(
  needs: NoticeNeeds,
  platform: KnownPlatform,
  { appid, code }: { appid: string; code: string },
): Promise<void> {
  const account = await needs.store.read.accounts.byAppid(appid)
  if (account?.component_appid !== platform.componentAppid) return
  try {
    await exchangeCode(needs, platform, code)
  } catch (error) {
    // the owner's browser came back before this notice and has used the authorisation code already,
    // so nothing is left to do
    if (!isAppError(error)) throw error
    needs.log.info({ appid, error: error.message }, 'an authorisation code was not exchanged')
    return
  }
  await needs.store.work('rest', async (unit) => {
    const row = await unit.accounts.lock(account.company_id, account.account_id)
    if (!row || row.withdrawn_at === null) return
    unit.accounts.change(row.company_id, row.account_id, {
      withdrawn_at: null,
      ...(row.binding === 'unbound' && { binding: 'platform' }),
    })
  })
  needs.bus.publish('known', account.company_id)
}

async function unbind(needs: NoticeNeeds, platform: KnownPlatform, appid: string): Promise<void> {
  const account = await needs.store.read.accounts.byAppid(appid)
  if (account?.component_appid !== platform.componentAppid) return
  const unbound = await needs.store.work('rest', async (unit) => {
    const row = await unit.accounts.lock(account.company_id, account.account_id)
    if (!row) return false
    unit.accounts.change(row.company_id, row.account_id, {
      withdrawn_at: needs.clock.now(),
      // only an account that is used through the platform becomes unbound; one that is bound
      // directly keeps working without it
      ...(row.binding === 'platform' && { binding: 'unbound' }),
    })
    return row.binding === 'platform'
  })
  if (unbound) {
    needs.log.warn(
      { appid },
      'the owner of an account has withdrawn its authorisation: it is unbound',
    )
  }
  needs.bus.publish('known', account.company_id)
}
