// How a line leaves to a follower. Every end is a Delivery; what cannot be proved undelivered is unknown.
import {
  fetchVideo,
  WechatRefused,
  WechatUnreachable,
  type CustomMessage,
  type Media,
} from 'wechat-api-ts'
import { contentOf, type Content } from '../../rules/reply/content.ts'
import type { Channel, Delivery, Fetched, Needs } from '../ports.ts'
import type { Client, Clients } from './clients.ts'
import { asCustom, menuInWords } from './custom.ts'

const keptByPlatformMs = 3 * 24 * 3600_000
/** The platform does not have it, or never had. */
const gone = new Set([40007, 46001, 40118, 41006])
/** The agent's own name is not known there: the words are sent without it. */
const nameRefused = new Set([61451, 61452, 65400, 65401, 65402, 65404])

/** The account may send no menus. */
const noMenus = 40200

/** `closing`: what carries a file may take a minute, and ends then. No message is under way meanwhile, so it is begun again later. */
export function openWechatChannel(
  needs: Needs<'clock' | 'log'>,
  clients: Clients,
  closing: AbortSignal,
): Channel {
  return {
    send: async (account, { openid, message, kfAccount }) => {
      try {
        await sendContent(openid, contentOf(message), (body) =>
          sendAs(needs, clients.of(account), {
            body,
            kfAccount: account.type === 2 ? null : kfAccount,
          }),
        )
        return { outcome: 'sent' }
      } catch (error) {
        return asDelivery(error)
      }
    },
    fetchMedia: async (account, mediaId) => {
      try {
        return {
          outcome: 'fetched',
          bytes: await unlessClosing(
            closing,
            clients.of(account).media.get({ media_id: mediaId }).then(bytesOf),
          ),
        }
      } catch (error) {
        return asFetched(error)
      }
    },
    uploadMedia: async (account, { kind, bytes, name, mime }) => {
      try {
        const media = { bytes, filename: name, contentType: mime }
        const { media_id: mediaId } = await unlessClosing(
          closing,
          clients.of(account).media.upload({ type: kind, media }),
        )
        return { mediaId, diesAt: needs.clock.now() + keptByPlatformMs }
      } catch (error) {
        return notUploaded(error)
      }
    },
    typing: (account, openid) =>
      clients
        .of(account)
        .custom.typing({ touser: openid, command: 'Typing' })
        .then(
          () => undefined,
          () => undefined,
        ),
  }
}

/** What is given up ends with the process. */
function unlessClosing<T>(closing: AbortSignal, call: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      reject(new WechatUnreachable(true, 'closing'))
    }
    closing.addEventListener('abort', end, { once: true })
    if (closing.aborted) end()
    void call.then(resolve, reject).finally(() => {
      closing.removeEventListener('abort', end)
    })
  })
}

type Named = { body: CustomMessage; kfAccount: string | null }

/** A refusal proves that nothing was delivered. */
async function sendAs(
  { log }: Needs<'log'>,
  client: Client,
  { body, kfAccount }: Named,
): Promise<void> {
  if (kfAccount === null) {
    await client.custom.send(body)
    return
  }
  try {
    await client.custom.send({ ...body, customservice: { kf_account: kfAccount } })
  } catch (error) {
    if (!(error instanceof WechatRefused) || !nameRefused.has(error.errcode)) throw error
    log.warn(
      { errcode: error.errcode, kfAccount },
      'WeChat does not know this customer-service name: the line is sent without it',
    )
    await client.custom.send(body)
  }
}

/** A video comes as an address of the platform's own. */
const bytesOf = async (media: Media): Promise<Uint8Array> =>
  media.kind === 'file' ? media.bytes : (await fetchVideo(media.video_url)).bytes

async function sendContent(
  openid: string,
  content: Content,
  send: (body: CustomMessage) => Promise<void>,
): Promise<void> {
  try {
    await send(asCustom(openid, content))
  } catch (error) {
    const words =
      error instanceof WechatRefused && error.errcode === noMenus ? menuInWords(content) : null
    if (!words) throw error
    await send(asCustom(openid, words))
  }
}

export const inWords = ({ meaning, remedy }: WechatRefused) =>
  `${meaning.zh}。${remedy.zh} / ${meaning.en}. ${remedy.en}`

function asDelivery(error: unknown): Delivery {
  if (error instanceof WechatUnreachable) {
    return error.bytesLeft
      ? { outcome: 'unknown', reason: error.reason }
      : { outcome: 'not_delivered', reason: error.reason }
  }
  if (!(error instanceof WechatRefused)) return { outcome: 'unknown', reason: 'internal' }
  if (error.retry === 'unsure') return { outcome: 'unknown', reason: `errcode ${error.errcode}` }
  if (error.retry === 'token') {
    return { outcome: 'not_delivered', reason: 'token_refused', errcode: error.errcode }
  }
  return { outcome: 'refused', errcode: error.errcode, meaning: inWords(error) }
}

function asFetched(error: unknown): Fetched {
  if (error instanceof WechatRefused) {
    return {
      outcome: gone.has(error.errcode) ? 'gone' : 'later',
      reason: `errcode ${error.errcode}`,
    }
  }
  return {
    outcome: 'later',
    reason: error instanceof WechatUnreachable ? error.reason : 'internal',
  }
}

/** While a file is uploaded no message is under way: only a clear no is the end of it. */
function notUploaded(error: unknown): Delivery {
  if (!(error instanceof WechatRefused)) {
    return {
      outcome: 'not_delivered',
      reason: error instanceof WechatUnreachable ? `upload_${error.reason}` : 'upload',
    }
  }
  if (error.retry === 'never' || error.retry === 'human') {
    return { outcome: 'refused', errcode: error.errcode, meaning: inWords(error) }
  }
  return { outcome: 'not_delivered', reason: 'upload_refused', errcode: error.errcode }
}
