// Checks for third-party platforms whether WeChat's ticket arrives. Without a ticket no call can be
// made for the accounts that authorised the platform.
import type { Finding } from '../../src/ports.ts'
import type { Inspected } from '../../src/store/store.ts'
import { clockOff } from '../../src/time-source.ts'

const freshMs = 30 * 60_000
const diesMs = 12 * 3600_000

export async function checkPlatforms(store: Inspected): Promise<Finding[]> {
  const now = (await store.databaseMs()) + (await clockOff(store))
  return (await store.read.platforms.list()).map(({ component_appid: name, ticket_at: at }) => {
    const remedy = `At WeChat's open platform, 授权事件接收URL must be PUBLIC_URL/wechat/platform/${name}, with this platform's token and key; WeChat pushes there every ten minutes.`
    if (at === null) {
      return { ok: false, what: `Platform ${name}: no ticket has ever arrived.`, remedy }
    }
    const age = now - at
    if (age < freshMs) {
      return {
        ok: true,
        what: `Platform ${name}: its last ticket came ${Math.round(age / 60_000)} min ago.`,
      }
    }
    return {
      ok: false,
      what: `Platform ${name}: its last ticket is ${Math.round(age / 3600_000)} h old${age > diesMs ? ' and worth nothing' : ''}.`,
      remedy,
    }
  })
}

/**
 * Checks whether the authorisation that an account gave to its platform is stored. Its token is
 * only looked up: renewing it would take it away from the running processes.
 */
export async function checkAuthorized(
  store: Inspected,
  { appid, componentAppid, name }: { appid: string; componentAppid: string; name: string },
): Promise<Finding> {
  const held = await store.read.tokens.held(`${componentAppid}:${appid}`)
  if (held) {
    return { ok: true, what: `${name}: platform ${componentAppid} holds its authorisation.` }
  }
  return {
    ok: false,
    what: `${name}: platform ${componentAppid} holds no authorisation of it.`,
    remedy:
      'Its owner must authorise the platform again: GET /wechat/platform/<componentAppid>/authorize.',
  }
}
