// Calls to WeChat for admins and platforms, not for replies to customers. A refusal or a missing
// answer becomes an error that a person can understand.
import { authorizePage, WechatRefused, WechatUnreachable } from 'wechat-api-ts'
import { AppError } from '../errors.ts'
import { accountTypes } from '../../rules/reply/account-type.ts'
import type { WechatDesk } from '../ports.ts'
import type { Clients } from './clients.ts'
import { inWords } from './wechat.ts'

export function openWechatDesk(clients: Clients): WechatDesk {
  return { ...askForAccount(clients), ...askForPlatform(clients) }
}

type ForAccount = 'kfAccounts' | 'addKfAccount' | 'createQr'

function askForAccount(clients: Clients): Pick<WechatDesk, ForAccount> {
  return {
    kfAccounts: (account) =>
      readable(async () => {
        const { kf_list: list } = await clients.of(account).kfAccounts.list()
        return list.map((one) => ({
          kfAccount: one.kf_account,
          kfId: String(one.kf_id as string | number),
          nickname: one.kf_nick,
          inviteStatus: one.invite_status ?? null,
          bound: Boolean(one.kf_wx),
        }))
      }),
    addKfAccount: (account, { kfAccount, nickname }) =>
      readable(() => clients.of(account).kfAccounts.add({ kf_account: kfAccount, nickname })),
    createQr: (account, { scene, seconds }) =>
      readable(async () => {
        const action_info = { scene: { scene_str: scene } }
        const { ticket, url } = await clients
          .of(account)
          .qrcodes.create(
            seconds === null
              ? { action_name: 'QR_LIMIT_STR_SCENE', action_info }
              : { action_name: 'QR_STR_SCENE', expire_seconds: seconds, action_info },
          )
        return { ticket, url }
      }),
  }
}

/**
 * The calls to WeChat that a third-party platform makes for itself, or in the name of the accounts
 * that authorised it.
 */
function askForPlatform(clients: Clients): Omit<WechatDesk, ForAccount> {
  return {
    authorizePage: (platform, redirectUri) =>
      readable(async () => {
        const { pre_auth_code: preAuthCode } = await clients.platform(platform).preAuthCode()
        return authorizePage({
          componentAppid: platform.componentAppid,
          preAuthCode,
          redirectUri,
          authType: 3,
        })
      }),
    authorize: (platform, code) =>
      readable(async () => {
        const speaking = clients.platform(platform)
        const { authorizer_appid: appid } = await speaking.authorize(code)
        const { authorizer_info: info } = await speaking.authorizerInfo(appid)
        return {
          appid,
          name: info.nick_name || appid,
          originalId: info.user_name,
          type: 'MiniProgramInfo' in info ? accountTypes.miniProgram : accountTypes.official,
        }
      }),
    sendText: (platform, { appid, openid, text }) =>
      readable(() =>
        clients
          .platform(platform)
          .account(appid)
          .custom.send({ touser: openid, msgtype: 'text', text: { content: text } }),
      ),
  }
}

async function readable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof WechatRefused) {
      throw new AppError('wechat_refused', `${error.errcode}: ${inWords(error)}`, {
        errcode: error.errcode,
      })
    }
    if (error instanceof WechatUnreachable) {
      throw new AppError('wechat_away', `WeChat could not be asked: ${error.reason}.`, {
        reason: error.reason,
      })
    }
    throw error
  }
}
