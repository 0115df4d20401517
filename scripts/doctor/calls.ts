// Finds out which calls to WeChat an account is permitted to make: first the token, then one
// harmless call for each permission that kefu needs.
import {
  createClient,
  memoryTokenStore,
  WechatRefused,
  WechatUnreachable,
  type WechatClient,
} from 'wechat-api-ts'
import type { Config } from '../../src/config.ts'
import type { Finding, KnownAccount } from '../../src/ports.ts'

/** Requests the stable token, because that does not invalidate the token of running processes. */
export async function checkCalls(
  config: Config,
  account: KnownAccount,
  name: string,
): Promise<Finding[]> {
  const client = createClient({
    appid: account.appid,
    secret: account.secret,
    baseUrl: config.WECHAT_API_BASE,
    tokens: memoryTokenStore(),
  })
  try {
    await client.accessToken()
  } catch (error) {
    if (error instanceof WechatRefused) return [noToken(error, name)]
    const reason = error instanceof WechatUnreachable ? error.reason : String(error)
    return [
      {
        ok: false,
        what: `${name}: no access token: ${reason}.`,
        remedy: 'Let this machine reach WECHAT_API_BASE.',
      },
    ]
  }
  const findings: Finding[] = [
    { ok: true, what: `${name}: WeChat gives this machine an access token.` },
  ]
  for (const right of rights) findings.push(await checkRight(client, right, name))
  return [
    ...findings,
    ...(await checkQuota(client, name)),
    ...(await checkAddress(client, config, name)),
  ]
}

function noToken(error: WechatRefused, name: string): Finding {
  const what = `${name}: WeChat gives no access token: ${error.errcode} ${error.meaning.en}. (${error.meaning.zh})`
  if (error.errcode !== 40164 && error.errcode !== 61004) {
    return { ok: false, what, remedy: `${error.remedy.en} ${error.remedy.zh}` }
  }
  const seen = /(\d{1,3}\.){3}\d{1,3}/.exec(error.errmsg)?.[0]
  return {
    ok: false,
    what,
    remedy: `In WeChat's backend, 设置与开发 → 基本配置 → IP白名单, add the address this machine calls from${seen ? `: WeChat saw ${seen}` : ''}. Several machines: add each.`,
  }
}

type Right = { what: string; ask: (client: WechatClient) => Promise<unknown>; without: string }

// Harmless calls that show which permissions an account has. Without the permission WeChat refuses
// a call for lack of it. With the permission it answers the call of the menu, and refuses the
// others because of their arguments. None of them changes anything.
const rights: Right[] = [
  {
    what: '客服消息 (customer-service messages)',
    ask: (client) => client.custom.typing({ touser: 'oDoctorOfKefu', command: 'CancelTyping' }),
    without: 'No reply can be sent but those that answer a push at once.',
  },
  {
    what: '素材管理 (media)',
    ask: (client) => client.media.get({ media_id: 'doctor' }),
    without: 'Pictures, voices and videos of followers cannot be fetched, and none can be sent.',
  },
  {
    what: '用户管理 (users)',
    ask: (client) => client.users.info({ openid: 'oDoctorOfKefu' }),
    without: 'Followers are known by what they push only.',
  },
  {
    what: '带参数二维码 (QR codes)',
    ask: (client) =>
      client.qrcodes.create({
        action_name: 'QR_STR_SCENE',
        expire_seconds: 60,
        action_info: { scene: { scene_str: '' } },
      }),
    without: 'Receptions by QR code cannot be made here.',
  },
  {
    what: '自定义菜单 (menu)',
    ask: (client) => client.menu.get(),
    without: 'Menus are kept at WeChat only.',
  },
]
const notAllowed = new Set([48001, 48004, 50003, 50004, 61007, 45087, 45094])

async function checkRight(
  client: WechatClient,
  { what, ask, without }: Right,
  name: string,
): Promise<Finding> {
  try {
    await ask(client)
  } catch (error) {
    if (error instanceof WechatUnreachable) {
      return {
        ok: false,
        what: `${name}: ${what}: no answer (${error.reason}).`,
        remedy: 'Let this machine reach WECHAT_API_BASE, and try again.',
      }
    }
    if (!(error instanceof WechatRefused)) throw error
    if (notAllowed.has(error.errcode)) {
      return {
        ok: false,
        what: `${name}: ${what}: not allowed: ${error.errcode} ${error.meaning.en}. (${error.meaning.zh})`,
        remedy: `${without} The account must be verified (微信认证) and have the right under 设置与开发 → 接口权限; an authorised platform must have been given it.`,
      }
    }
    if (error.errcode === 45009) {
      return {
        ok: false,
        what: `${name}: ${what}: today's quota is used up.`,
        remedy: `${error.remedy.en} ${error.remedy.zh}`,
      }
    }
  }
  return { ok: true, what: `${name}: ${what}: allowed.` }
}

const sendPath = '/cgi-bin/message/custom/send'
const scarce = 0.1

async function checkQuota(client: WechatClient, name: string): Promise<Finding[]> {
  try {
    const {
      quota: { daily_limit: limit, remain },
    } = await client.quota.of({ cgi_path: sendPath })
    const what = `${name}: ${remain} of ${limit} replies may still be sent today.`
    return [
      remain > limit * scarce
        ? { ok: true, what }
        : {
            ok: false,
            what,
            remedy:
              'WeChat refuses the rest with 45009 until midnight (Beijing), or until an admin clears the quota in its backend, ten times a month.',
          },
    ]
  } catch (error) {
    if (error instanceof WechatRefused || error instanceof WechatUnreachable) return []
    throw error
  }
}

const noAddress = 40201

/**
 * Lets WeChat test whether it can reach the server address that the account has stored at WeChat.
 */
async function checkAddress(
  client: WechatClient,
  config: Config,
  name: string,
): Promise<Finding[]> {
  if (config.PUBLIC_URL === undefined) return []
  try {
    const { dns = [], ping = [] } = await client.diagnosis.checkCallback({
      action: 'all',
      check_operator: 'DEFAULT',
    })
    const lost = ping.filter((one) => Number.parseFloat(one.package_loss) > 0)
    if (lost.length === 0) {
      return [
        {
          ok: true,
          what: `${name}: WeChat reaches the saved address (${dns.map((one) => one.ip).join(', ') || 'no address told'}).`,
        },
      ]
    }
    return [
      {
        ok: false,
        what: `${name}: on the way from WeChat to ${lost.map((one) => one.ip).join(', ')} packets are lost.`,
        remedy:
          'Look at the line and the firewall of that address; what does not arrive in 5 s is lost after three tries.',
      },
    ]
  } catch (error) {
    if (error instanceof WechatRefused) {
      return error.errcode === noAddress ? [notSaved(config, name)] : []
    }
    if (error instanceof WechatUnreachable) return []
    throw error
  }
}

const notSaved = ({ PUBLIC_URL: url = '' }: Config, name: string): Finding => ({
  ok: false,
  what: `${name}: no server address is saved at WeChat.`,
  remedy: `In WeChat's backend, 设置与开发 → 基本配置 → 服务器配置, enter ${url.replace(/\/$/, '')}/wechat/<appid> with this account's token and key, and enable it.`,
})
