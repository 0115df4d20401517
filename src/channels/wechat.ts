// How a line leaves to a follower. Every end is a Delivery; what cannot be proved undelivered is unknown.
import { createClient, WechatRefused, WechatUnreachable, type CustomMessage, type WechatClient } from 'wechat-api-ts'
import type { MessageRow } from '../../entities/index.ts'
import type { Channel, Delivery, KnownAccount } from '../ports.ts'
import { openTokenStore, type TokenNeeds } from './tokens.ts'

export function openWechatChannel(needs: TokenNeeds, baseUrl: string): Channel {
  const clients = new Map<string, { secret: string, client: WechatClient }>()
  const clientOf = ({ appid, secret, company_id: companyId }: KnownAccount): WechatClient => {
    const kept = clients.get(appid)
    if (kept?.secret === secret) return kept.client
    const client = createClient({ appid, secret, baseUrl, tokens: openTokenStore(needs, companyId), now: () => needs.clock.now() })
    clients.set(appid, { secret, client })
    return client
  }

  return {
    send: async (account, openid, message) => {
      try {
        await clientOf(account).custom.send(asCustom(openid, message))
        return { outcome: 'sent' }
      } catch (error) {
        return asDelivery(error)
      }
    },
    typing: (account, openid) => clientOf(account).custom.typing({ touser: openid, command: 'Typing' }).then(() => undefined, () => undefined),
    close: async () => { clients.clear() },
  }
}

function asCustom(openid: string, message: MessageRow): CustomMessage {
  return { touser: openid, msgtype: 'text', text: { content: message.text ?? '' } }
}

function asDelivery(error: unknown): Delivery {
  if (error instanceof WechatUnreachable) {
    return error.bytesLeft ? { outcome: 'unknown', reason: error.reason } : { outcome: 'not_delivered', reason: error.reason }
  }
  if (!(error instanceof WechatRefused)) return { outcome: 'unknown', reason: 'internal' }
  if (error.retry === 'unsure') return { outcome: 'unknown', reason: `errcode ${error.errcode}` }
  if (error.retry === 'token') return { outcome: 'not_delivered', reason: 'token_refused', errcode: error.errcode }
  return { outcome: 'refused', errcode: error.errcode, meaning: `${error.meaning.zh}。${error.remedy.zh} / ${error.meaning.en}. ${error.remedy.en}` }
}
