// Sends a push with WeChat's signature directly, without the repetitions that the simulator makes.
import { createHash } from 'node:crypto'
import { testAccount, type House } from './app.ts'
import { comesLater } from './pauses.ts'

let nonces = 12_345

/** Returns the signed query of a push. `at` is the time of the push in seconds. */
export function signed(token = testAccount.token, at = Math.floor(Date.now() / 1000)): string {
  const [timestamp, nonce] = [String(Math.floor(at)), String((nonces += 1))]
  const signature = createHash('sha1')
    .update([token, timestamp, nonce].sort().join(''))
    .digest('hex')
  return `signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`
}

export const textXml = (openid: string, msgId: string, text: string) =>
  `<xml><ToUserName>gh_1</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>${text}</Content><MsgId>${msgId}</MsgId></xml>`

const tries = 3
const pauseMs = 1000

/**
 * Pushes again later if the push was not stored, as WeChat does. The test has to announce the
 * failed attempt, which would otherwise fail it.
 */
export async function pushAgain(
  house: Pick<House, 'url'>,
  body: string,
  query = signed(),
): Promise<Response> {
  let answer = await rawPush(house, body, query)
  for (let tried = 1; tried < tries && answer.status >= 500; tried += 1) {
    await comesLater(pauseMs)
    answer = await rawPush(house, body, query)
  }
  return answer
}

export const rawPush = (house: Pick<House, 'url'>, body: string, query = signed()) =>
  fetch(`${house.url}/wechat/${testAccount.appid}?${query}`, { method: 'POST', body })
