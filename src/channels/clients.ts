// Provides the client that speaks to WeChat for an account: with the account's own credentials, or
// through the third-party platform that its owner authorised.
import { createClient, createPlatform, type AccountCalls, type WechatPlatform } from 'wechat-api-ts'
import type { KnownAccount, KnownPlatform } from '../ports.ts'
import { platformPlace } from '../secrets.ts'
import { openTokenStore, type TokenNeeds } from './tokens.ts'

export type Client = AccountCalls & { accessToken: () => Promise<string> }
export type Clients = {
  of: (account: KnownAccount) => Client
  platform: (platform: KnownPlatform) => WechatPlatform
}

/**
 * The owner under which tokens of third-party platforms are stored, because they belong to the
 * installation and not to a company.
 */
const installation = 'installation'

export function openClients(needs: TokenNeeds, baseUrl: string): Clients {
  const now = () => needs.clock.now()
  const clients = remember((account: KnownAccount) =>
    createClient({
      appid: account.appid,
      secret: account.secret,
      baseUrl,
      tokens: openTokenStore(needs, account.company_id),
      now,
    }),
  )
  const platforms = remember(({ componentAppid: appid, secret }: KnownPlatform) =>
    createPlatform({
      appid,
      secret,
      baseUrl,
      tokens: openTokenStore(needs, installation),
      now,
      ticket: () => newestTicket(needs, appid),
    }),
  )
  const platform = (known: KnownPlatform) => platforms(known.componentAppid, known)
  return {
    platform,
    of: (account) =>
      account.platform
        ? platform(account.platform).account(account.appid)
        : clients(account.account_id, account),
  }
}

async function newestTicket(
  { store, secrets }: TokenNeeds,
  componentAppid: string,
): Promise<string | null> {
  const row = await store.read.platforms.find(componentAppid)
  return row?.ticket ? secrets.open(row.ticket, platformPlace(componentAppid, 'ticket')) : null
}

/**
 * Returns a function that gives the client of an account or platform. It makes each client once,
 * and again when the secret has changed. An account is named by its id and not by its appid, which
 * may come to another company, whose tokens are not shared.
 */
function remember<Known extends { secret: string }, Made>(make: (known: Known) => Made) {
  const kept = new Map<string, { secret: string; made: Made }>()
  return (id: string, known: Known): Made => {
    const entry = kept.get(id)
    if (entry?.secret === known.secret) return entry.made
    const made = make(known)
    kept.set(id, { secret: known.secret, made })
    return made
  }
}
