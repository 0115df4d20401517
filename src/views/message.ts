import type {
  Delivery,
  DeliveryState,
  DeliveryWhy,
  Message,
  MessageType,
  Opercode,
} from 'kefu-wire'
import type { MessageRow } from '../../entities/index.ts'
import { writtenBy } from '../../rules/reply/message.ts'
import { readActor } from '../../rules/session/actor.ts'
import { presentContent } from './content.ts'
import { presentTime } from './times.ts'

const direction = (opercode: number): Message['direction'] => {
  if (opercode === writtenBy.customer) return 'in'
  return opercode === writtenBy.system ? 'system' : 'out'
}

const explanations: Record<DeliveryWhy, string> = {
  wechat_refused: '微信拒绝了这条消息 / WeChat refused it',
  wechat_away: '十分钟内无法连接微信，没有送达 / Not delivered: WeChat could not be reached',
  token_refused:
    '微信拒绝了公众号的凭证，没有送达：请管理员检查渠道设置 / Not delivered: WeChat refused the access token; an admin should check the account',
  upload_failed: '文件没有传到微信，没有送达 / Not delivered: WeChat did not take the file',
  file_missing: '文件已不在媒体库中 / The file is not in the vault any more',
  account_not_bound: '公众号未绑定，没有发送 / Not sent: the account is not bound',
  internal: '系统出错，没有送达 / Not delivered: the server failed',
  no_answer:
    '不知道对方是否收到：请求已发出但没有得到完整的回答，请人工确认或重发 / It is not known whether it arrived: ask, or send again',
  resent: '已重新发送 / Sent again as a new line',
  resolved: '人工确认没有送达 / A person found that it did not arrive',
  reply_window_closed: '回复时间已过，没有发送 / Not sent: the reply window was closed',
  reply_budget_used: '可回复条数已用完，没有发送 / Not sent: no replies were left',
  last_reply_reserved:
    '最后一条回复按设置保留，没有发送 / Not sent: the last reply is kept for an agent',
  dropped_on_close: '会话结束时取消 / Dropped when the session was closed',
}

const isWhy = (word: string): word is DeliveryWhy => Object.hasOwn(explanations, word)
const explained = (why: DeliveryWhy) => ({ why, explanation: explanations[why] })

function presentDelivery(row: MessageRow): Pick<Message, 'delivery'> {
  if (row.delivery === null) return {}
  return {
    delivery: {
      state: row.delivery as DeliveryState,
      ...(row.errcode !== null && { errcode: row.errcode }),
      ...presentWhy(row),
    },
  }
}

/**
 * Why a line did not arrive, or is not known to have arrived. Our own reasons are stored as a code;
 * of a refusal by WeChat, what its error code means is stored in words.
 */
function presentWhy(row: MessageRow): Pick<Delivery, 'why' | 'explanation'> {
  if (row.delivery === 'unknown') return explained('no_answer')
  if (row.delivery !== 'failed') return {}
  const { why = '' } = JSON.parse(row.extra ?? '{}') as { why?: string }
  if (isWhy(why)) return explained(why)
  if (row.errcode === null) return explained('wechat_away')
  return { ...explained('wechat_refused'), ...(why !== '' && { explanation: why }) }
}

/**
 * The author of a line from our side. The name is given only if it was somebody else than the owner
 * of the session, whose name is known to whoever reads the session.
 */
function presentSpeaker(row: MessageRow): Pick<Message, 'agentUid' | 'agentName'> {
  const uid = row.opercode === writtenBy.customer ? null : (row.additional_uid ?? row.uid)
  return {
    ...(uid !== null && { agentUid: uid }),
    ...(row.additional_user_name !== null && { agentName: row.additional_user_name }),
  }
}

export function presentMessage(row: MessageRow): Message {
  return {
    id: row.message_id,
    sessionId: row.session_id,
    seq: row.seq,
    direction: direction(row.opercode),
    opercode: row.opercode as Opercode,
    messageType: row.message_type,
    type: row.type as MessageType,
    ...presentContent(row),
    ...presentSpeaker(row),
    ...(row.opercode !== writtenBy.customer &&
      readActor(row.sender)?.kind === 'agent' &&
      row.client_key !== null && { clientMsgId: row.client_key }),
    ...(row.resend_of !== null && { resendOf: row.resend_of }),
    ...presentDelivery(row),
    createdAt: presentTime(row.add_time),
  }
}
