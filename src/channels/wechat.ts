// Sends lines to followers through WeChat, and brings files there and back. Nothing throws: every
// outcome is returned. If it cannot be proved that a line was not delivered, its outcome is
// unknown.
import {
  fetchVideo,
  WechatRefused,
  WechatUnreachable,
  type CustomMessage,
  type Media,
} from 'wechat-api-ts'
import { contentOf, type Content } from '../../rules/reply/content.ts'
import { isMiniProgram } from '../../rules/reply/account-type.ts'
import type { Channel, DeliveryOutcome, Fetched, Needs } from '../ports.ts'
import type { Client, Clients } from './clients.ts'
import { asCustom, menuInWords } from './custom.ts'

const keptByPlatformMs = 3 * 24 * 3600_000
/** Error codes by which WeChat says that it does not have the file, or never had it. */
const gone = new Set([40007, 46001, 40118, 41006])
/**
 * Error codes by which WeChat says that it does not know the agent's name. The text is then sent
 * without the name.
 */
const nameRefused = new Set([61451, 61452, 65400, 65401, 65402, 65404])

/** The error code by which WeChat says that the account may not send menus. */
const noMenus = 40200

/**
 * Calls that carry a file may take a minute, and nobody waits for them any more once `closing` is
 * aborted. While a file is being uploaded no message has been sent, so the upload can be repeated
 * later.
 */
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
            kfAccount: isMiniProgram(account) ? null : kfAccount,
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

/**
 * Waits for a call to WeChat, but no longer than until the process has to end. Then it throws, as
 * if WeChat had not answered.
 */
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

type SentAs = { body: CustomMessage; kfAccount: string | null }

/**
 * Sends a message under an agent's name or, if WeChat does not know the name, without it. The
 * second attempt cannot repeat a message, because a refusal proves that nothing was delivered.
 */
async function sendAs(
  { log }: Needs<'log'>,
  client: Client,
  { body, kfAccount }: SentAs,
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

/**
 * Returns the bytes of a file. WeChat answers the request for a video with an address to download
 * it from; every other file comes directly.
 */
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

function asDelivery(error: unknown): DeliveryOutcome {
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
    return gone.has(error.errcode)
      ? { outcome: 'gone' }
      : { outcome: 'later', reason: `errcode ${error.errcode}` }
  }
  return {
    outcome: 'later',
    reason: error instanceof WechatUnreachable ? error.reason : 'internal',
  }
}

/**
 * What became of a reply whose file could not be uploaded. No message has been sent then, so only a
 * clear refusal is final; after any other error the reply is tried again.
 */
function notUploaded(error: unknown): DeliveryOutcome {
  if (!(error instanceof WechatRefused)) {
    return {
      outcome: 'not_delivered',
      reason: error instanceof WechatUnreachable ? error.reason : 'internal',
    }
  }
  if (error.retry === 'never' || error.retry === 'human') {
    return { outcome: 'refused', errcode: error.errcode, meaning: inWords(error) }
  }
  const reason = error.retry === 'token' ? 'token_refused' : 'upload_failed'
  return { outcome: 'not_delivered', reason, errcode: error.errcode }
}
