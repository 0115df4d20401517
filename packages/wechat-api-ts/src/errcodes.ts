import type { Retry, Row } from './errcode-row.ts'
import { errcodesFrom45 } from './errcodes-from-45.ts'
import { errcodesTo44 } from './errcodes-to-44.ts'

export type { Retry } from './errcode-row.ts'
export type Phrase = { zh: string; en: string }
export type Advice = { meaning: Phrase; remedy: Phrase; retry: Retry }

const rows = new Map<number, Row>([...errcodesTo44, ...errcodesFrom45].map((row) => [row[0], row]))

const remedyOf: Record<Retry, Phrase> = {
  token: phrase('更换 access_token 后重试一次。', 'Get a new access token and try once more.'),
  later: phrase('稍后再试。', 'Try again later.'),
  never: phrase(
    '同样的请求不会成功，请修改后再发。',
    'The same call will not succeed; change it first.',
  ),
  human: phrase(
    '请管理员到微信公众平台处理。',
    'An administrator has to settle this on the WeChat platform.',
  ),
  unsure: phrase(
    '可能已经执行，请人工确认后再重发。',
    'It may have been carried out; let a person decide on sending again.',
  ),
}

const stop = phrase('不要再向该粉丝发送。', 'Stop sending to this follower.')
const waitForFollower = phrase(
  '等粉丝再次发来消息后才能发送。',
  'Wait until the follower writes again.',
)
const checkSecret = phrase(
  '请检查渠道设置中的 AppID 和 AppSecret。',
  'Check the AppID and AppSecret of the channel.',
)
const addIp = phrase(
  '请在公众平台的 IP 白名单中加入本服务器的 IP。',
  'Add this server to the IP whitelist of the account.',
)
const dropKfAccount = phrase('去掉客服账号后再发送。', 'Send without the customer-service account.')
const plainText = phrase('改为不含链接标签的纯文本。', 'Send it as plain text without link tags.')

const ownRemedies = new Map<number, Phrase>([
  [40003, stop],
  [43004, stop],
  [43019, stop],
  [48002, stop],
  [50002, stop],
  [50005, stop],
  [45015, waitForFollower],
  [45047, waitForFollower],
  [40013, checkSecret],
  [40125, checkSecret],
  [40164, addIp],
  [61004, addIp],
  [61451, dropKfAccount],
  [61452, dropKfAccount],
  [65401, dropKfAccount],
  [40213, plainText],
  [40214, plainText],
  [40200, phrase('改为文本消息发送。', 'Send it as a text message.')],
  [40007, phrase('重新上传文件后再发送一次。', 'Upload the file again, then send once more.')],
  [
    45002,
    phrase('拆成每条不超过 2048 字节的多条消息。', 'Split it into messages of at most 2048 bytes.'),
  ],
  [
    45009,
    phrase('明天再试，或在后台清零调用次数。', 'Try tomorrow, or clear the quota in the console.'),
  ],
])

export function lookUp(errcode: number): Advice {
  const row = rows.get(errcode)
  if (!row) return advice(errcode, 'never', phrase('未知的错误码', 'Unknown error code'))
  return advice(errcode, row[1], phrase(row[2], row[3]))
}

/**
 * When a token is requested, 40001 means that the AppSecret is wrong, so another token would not
 * help.
 */
export function onTokenEndpoint(errcode: number): Advice {
  if (errcode !== 40001) return lookUp(errcode)
  return {
    meaning: phrase('AppSecret 错误', 'AppSecret wrong'),
    remedy: checkSecret,
    retry: 'human',
  }
}

function advice(errcode: number, retry: Retry, meaning: Phrase): Advice {
  return { meaning, remedy: ownRemedies.get(errcode) ?? remedyOf[retry], retry }
}

function phrase(zh: string, en: string): Phrase {
  return { zh, en }
}
