// Makes the pushes of the benchmark: 90 % come from 10,000 known followers, 10 % from new ones, and
// 5 % are sent twice. The same seed gives the same pushes, so that every server in every round gets
// equal ones.
import { encryptMessage, signature } from 'wechat-api-ts'

export type Mode = 'plain' | 'safe'
export const benchAccount = {
  appid: 'wx0123456789abcdef',
  appSecret: '0123456789abcdef0123456789abcdef',
  token: 'benchtoken',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  originalId: 'gh_0123456789ab',
  name: 'Bench',
}
export const knownFollowers = 10_000
const newShare = 0.1
const againShare = 0.05
const againWithin = 1000
// All times lie within 100 s, because kefu refuses a plain push whose time is more than ten minutes
// before the newest one of the same account (decision 0036).
const at = Math.floor(Date.now() / 1000) - 100

export const knownOpenid = (n: number) => `oBenchKnown_${String(n).padStart(16, '0')}`
const newOpenid = (n: number) => `oBenchNewly_${String(n).padStart(16, '0')}`

/**
 * The 100 rules of the benchmark: 60 for a whole text and 40 for a keyword. About a quarter of the
 * texts match one of them.
 */
export const rules = Array.from({ length: 100 }, (_, n) =>
  n < 60
    ? {
        name: `exact ${n}`,
        kind: 'exact' as const,
        keywords: [`问题${n}`, `question ${n}`],
        text: `第${n}个问题的答案。`,
      }
    : {
        name: `part ${n}`,
        kind: 'contains' as const,
        keywords: [`退货${n}号`, `关键词${n}`],
        text: `关于${n}号，客服马上就来。`,
      },
)

/** The random generator Mulberry32: small, fast and repeatable. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export function textOf(random: () => number, n: number): string {
  const share = random()
  const rule = Math.floor(random() * 100)
  if (share < 0.12) return `问题${rule % 60}`
  if (share < 0.25) return `你好，我想问一下退货${60 + (rule % 40)}号的进度，谢谢`
  return `你好，请问这件商品什么时候发货？订单编号是${n}，谢谢。`
}

export type OnePush = { openid: string; msgId: string; text: string; xml: string; again: boolean }

export function* benchPushes(count: number, first: number): Generator<OnePush> {
  const random = randomFrom(first + 1)
  const recent: OnePush[] = []
  for (let n = 0; n < count; n++) {
    const old = recent[Math.floor(random() * recent.length)]
    if (old && random() < againShare) {
      yield { ...old, again: true }
      continue
    }
    const id = first + n
    const openid =
      random() < newShare ? newOpenid(id) : knownOpenid(Math.floor(random() * knownFollowers))
    const msgId = String(24_000_000_000_000_000n + BigInt(id))
    const text = textOf(random, id)
    const push = { openid, msgId, text, xml: textXml(openid, msgId, text), again: false }
    recent[n % againWithin] = push
    yield push
  }
}

function textXml(openid: string, msgId: string, text: string): string {
  return (
    `<xml><ToUserName><![CDATA[${benchAccount.originalId}]]></ToUserName>\n<FromUserName><![CDATA[${openid}]]></FromUserName>\n` +
    `<CreateTime>${at}</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[${text}]]></Content>\n` +
    `<MsgId>${msgId}</MsgId>\n</xml>`
  )
}

export type Signed = { query: string; body: string }

/** Signs like WeChat: the query, and in safe mode also the encrypted body. */
export function sign(push: Pick<OnePush, 'openid' | 'xml'>, mode: Mode, n: number): Signed {
  const nonce = String(1_000_000_000 + n)
  const timestamp = String(at + (n % 100))
  const signed = signature([benchAccount.token, timestamp, nonce])
  const query = `signature=${signed}&timestamp=${timestamp}&nonce=${nonce}&openid=${push.openid}`
  if (mode === 'plain') return { query, body: push.xml }
  const sealed = encryptMessage(benchAccount.encodingAesKey, benchAccount.appid, push.xml)
  return {
    query: `${query}&encrypt_type=aes&msg_signature=${signature([benchAccount.token, timestamp, nonce, sealed])}`,
    body: `<xml><ToUserName><![CDATA[${benchAccount.originalId}]]></ToUserName><Encrypt><![CDATA[${sealed}]]></Encrypt></xml>`,
  }
}
