// How a line leaves to a follower. Every end is a Delivery; what cannot be proved undelivered is unknown.
import { createClient, WechatRefused, WechatUnreachable, type WechatClient } from 'wechat-api-ts'
import { contentOf, type Content } from '../../rules/content.ts'
import type { Channel, Delivery, KnownAccount } from '../ports.ts'
import { asCustom, inWords } from './custom.ts'
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
        await sendContent(clientOf(account), openid, contentOf(message))
        return { outcome: 'sent' }
      } catch (error) {
        return asDelivery(error)
      }
    },
    // waits for the SDK's calls
    fetchMedia: async () => ({ outcome: 'later', reason: 'no_call' }),
    uploadMedia: async () => ({ outcome: 'not_delivered', reason: 'no_call' }),
    typing: (account, openid) => clientOf(account).custom.typing({ touser: openid, command: 'Typing' }).then(() => undefined, () => undefined),
    close: async () => { clients.clear() },
  }
}

const noMenus = 40200

async function sendContent(client: WechatClient, openid: string, content: Content): Promise<void> {
  try {
    await client.custom.send(asCustom(openid, content))
  } catch (error) {
    const words = error instanceof WechatRefused && error.errcode === noMenus ? inWords(content) : null
    if (!words) throw error
    await client.custom.send(asCustom(openid, words))
  }
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
