// The fields of each event in addition to its name and key. Each event has a line in the type and
// one in the table, and TypeScript checks that they match.
import { nodeOf, nodesOf, numberOf, textOf, type XmlNode } from './xml-node.ts'

type Numbers<Names extends string> = Record<Names, number | null>
type Texts<Names extends string> = Record<Names, string>

/**
 * What a `subscribe` event tells. `scene` is the value with which the scanned QR code was made. If
 * the follower came by a payment, there is a trade number instead.
 */
type Followed = { scene: string | null; ticket: string; tradeNo: string | null }
type Scanned = { scanType: string; scanResult: string }
type Pictures = { pictures: { md5: string }[]; count: number | null }
type Revoked = Texts<'userOpenid' | 'unionid' | 'appid' | 'revokeInfo'>
type CheckedArticle = Numbers<
  'index' | 'userDeclareState' | 'auditState' | 'originalArticleType'
> & {
  originalUrl: string
  canReprint: boolean
  needReplaceContent: boolean
  needShowReprintSource: boolean
}
type MassSentEvent = Numbers<'totalCount' | 'filterCount' | 'sentCount' | 'errorCount'> & {
  msgId: string
  status: string
  /**
   * `state` is 1 if the article is no reprint, 2 if it is a reprint that may be sent, and 3 if it
   * is a reprint that was refused.
   */
  copyright: { state: number | null; articles: CheckedArticle[] } | null
  articles: { index: number | null; url: string }[]
}
type Published = {
  publishId: string
  status: number | null
  articleId: string
  failedIndexes: number[]
  articles: { index: number | null; url: string }[]
}

type CardName =
  | 'card_pass_check'
  | 'card_not_pass_check'
  | 'user_get_card'
  | 'user_gifting_card'
  | 'user_del_card'
  | 'user_consume_card'
  | 'user_pay_from_pay_cell'
  | 'user_view_card'
  | 'user_enter_session_from_card'
  | 'update_member_card'
  | 'card_sku_remind'
  | 'card_pay_order'
  | 'submit_membercard_user_info'

export type EventDetails = {
  subscribe: Followed
  unsubscribe: { tradeNo: string | null }
  scan: { scene: string; ticket: string }
  /**
   * The event that tells the follower's location, for accounts that are allowed to know it. A
   * location that the follower sends as a message is not this event.
   */
  location: Numbers<'latitude' | 'longitude' | 'precision'>
  click: object
  view: { menuId: string }
  view_miniprogram: { menuId: string }
  scancode_push: Scanned
  scancode_waitmsg: Scanned
  pic_sysphoto: Pictures
  pic_photo_or_album: Pictures
  pic_weixin: Pictures
  location_select: Numbers<'latitude' | 'longitude' | 'scale'> & Texts<'label' | 'poiName'>
  templatesendjobfinish: Texts<'msgId' | 'status'>
  masssendjobfinish: MassSentEvent
  publishjobfinish: Published
  kf_create_session: { kfAccount: string }
  kf_close_session: { kfAccount: string }
  kf_switch_session: Texts<'fromKfAccount' | 'toKfAccount'>
  subscribe_msg_popup_event: { choices: Texts<'templateId' | 'status' | 'popupScene'>[] }
  subscribe_msg_change_event: { choices: Texts<'templateId' | 'status'>[] }
  subscribe_msg_sent_event: {
    results: (Texts<'templateId' | 'msgId' | 'errorStatus'> & Numbers<'errorCode'>)[]
  }
  user_info_modified: Revoked
  user_authorization_revoke: Revoked
  user_authorization_cancellation: Revoked
  qualification_verify_success: Numbers<'expiredTime'>
  qualification_verify_fail: Numbers<'failTime'> & { failReason: string }
  naming_verify_success: Numbers<'expiredTime'>
  naming_verify_fail: Numbers<'failTime'> & { failReason: string }
  annual_renew: Numbers<'expiredTime'>
  verify_expired: Numbers<'expiredTime'>
  debug_demo: { debugStr: string }
  unknown: object
} & Record<CardName, Texts<'cardId' | 'userCardCode'>>

type Readers = { [E in keyof EventDetails]: (fields: XmlNode) => EventDetails[E] }

/**
 * Reads the fields of the event with this name (in lower case). For an event that the SDK does not
 * know, `event` becomes 'unknown' and no fields are added.
 */
export function readEvent(name: string, fields: XmlNode): object {
  const event = Object.hasOwn(readers, name) ? (name as keyof EventDetails) : 'unknown'
  return { event, ...readers[event](fields) }
}

const nothing = () => ({})
const after = (prefix: string, text: string) =>
  text.startsWith(prefix) ? text.slice(prefix.length) : null
const trade = (fields: XmlNode) => after('last_trade_no_', textOf(fields, 'EventKey'))
const kfAccount = (fields: XmlNode) => ({ kfAccount: textOf(fields, 'KfAccount') })
const menuId = (fields: XmlNode) => ({ menuId: textOf(fields, 'MenuId') })
const expires = (fields: XmlNode) => ({ expiredTime: numberOf(fields, 'ExpiredTime') })
const failed = (fields: XmlNode) => ({
  failTime: numberOf(fields, 'FailTime'),
  failReason: textOf(fields, 'FailReason'),
})
const card = (fields: XmlNode) => ({
  cardId: textOf(fields, 'CardId'),
  userCardCode: textOf(fields, 'UserCardCode'),
})
const choice = (one: XmlNode) => ({
  templateId: textOf(one, 'TemplateId'),
  status: textOf(one, 'SubscribeStatusString'),
})
const isOne = (node: XmlNode, name: string) => textOf(node, name) === '1'

const readers: Readers = {
  subscribe: (fields) => ({
    scene: after('qrscene_', textOf(fields, 'EventKey')),
    ticket: textOf(fields, 'Ticket'),
    tradeNo: trade(fields),
  }),
  unsubscribe: (fields) => ({ tradeNo: trade(fields) }),
  scan: (fields) => ({ scene: textOf(fields, 'EventKey'), ticket: textOf(fields, 'Ticket') }),
  location: (fields) => ({
    latitude: numberOf(fields, 'Latitude'),
    longitude: numberOf(fields, 'Longitude'),
    precision: numberOf(fields, 'Precision'),
  }),
  click: nothing,
  view: menuId,
  view_miniprogram: menuId,
  scancode_push: scanned,
  scancode_waitmsg: scanned,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: (fields) => {
    const sent = nodeOf(fields, 'SendLocationInfo')
    return {
      latitude: numberOf(sent, 'Location_X'),
      longitude: numberOf(sent, 'Location_Y'),
      scale: numberOf(sent, 'Scale'),
      label: textOf(sent, 'Label'),
      poiName: textOf(sent, 'Poiname'),
    }
  },
  templatesendjobfinish: (fields) => ({
    msgId: textOf(fields, 'MsgID'),
    status: textOf(fields, 'Status'),
  }),
  masssendjobfinish: massSent,
  publishjobfinish: published,
  kf_create_session: kfAccount,
  kf_close_session: kfAccount,
  kf_switch_session: (fields) => ({
    fromKfAccount: textOf(fields, 'FromKfAccount'),
    toKfAccount: textOf(fields, 'ToKfAccount'),
  }),
  subscribe_msg_popup_event: (fields) => ({
    choices: nodesOf(nodeOf(fields, 'SubscribeMsgPopupEvent'), 'List').map((one) => ({
      ...choice(one),
      popupScene: textOf(one, 'PopupScene'),
    })),
  }),
  subscribe_msg_change_event: (fields) => ({
    choices: nodesOf(nodeOf(fields, 'SubscribeMsgChangeEvent'), 'List').map(choice),
  }),
  subscribe_msg_sent_event: (fields) => ({
    results: nodesOf(nodeOf(fields, 'SubscribeMsgSentEvent'), 'List').map((one) => ({
      templateId: textOf(one, 'TemplateId'),
      msgId: textOf(one, 'MsgID'),
      errorCode: numberOf(one, 'ErrorCode'),
      errorStatus: textOf(one, 'ErrorStatus'),
    })),
  }),
  user_info_modified: revoked,
  user_authorization_revoke: revoked,
  user_authorization_cancellation: revoked,
  qualification_verify_success: expires,
  qualification_verify_fail: failed,
  naming_verify_success: expires,
  naming_verify_fail: failed,
  annual_renew: expires,
  verify_expired: expires,
  debug_demo: (fields) => ({ debugStr: textOf(fields, 'debug_str') }),
  card_pass_check: card,
  card_not_pass_check: card,
  user_get_card: card,
  user_gifting_card: card,
  user_del_card: card,
  user_consume_card: card,
  user_pay_from_pay_cell: card,
  user_view_card: card,
  user_enter_session_from_card: card,
  update_member_card: card,
  card_sku_remind: card,
  card_pay_order: card,
  submit_membercard_user_info: card,
  unknown: nothing,
}

function scanned(fields: XmlNode): Scanned {
  const info = nodeOf(fields, 'ScanCodeInfo')
  return { scanType: textOf(info, 'ScanType'), scanResult: textOf(info, 'ScanResult') }
}

function pictures(fields: XmlNode): Pictures {
  const info = nodeOf(fields, 'SendPicsInfo')
  const list = nodesOf(nodeOf(info, 'PicList'), 'item')
  return {
    count: numberOf(info, 'Count'),
    pictures: list.map((one) => ({ md5: textOf(one, 'PicMd5Sum') })),
  }
}

function massSent(fields: XmlNode): MassSentEvent {
  const check = nodeOf(fields, 'CopyrightCheckResult')
  const urls = nodesOf(nodeOf(nodeOf(fields, 'ArticleUrlResult'), 'ResultList'), 'item')
  return {
    msgId: textOf(fields, 'MsgID'),
    status: textOf(fields, 'Status'),
    totalCount: numberOf(fields, 'TotalCount'),
    filterCount: numberOf(fields, 'FilterCount'),
    sentCount: numberOf(fields, 'SentCount'),
    errorCount: numberOf(fields, 'ErrorCount'),
    copyright:
      'CopyrightCheckResult' in fields
        ? {
            state: numberOf(check, 'CheckState'),
            articles: nodesOf(nodeOf(check, 'ResultList'), 'item').map(checkedArticle),
          }
        : null,
    articles: urls.map((one) => ({
      index: numberOf(one, 'ArticleIdx'),
      url: textOf(one, 'ArticleUrl'),
    })),
  }
}

function checkedArticle(one: XmlNode): CheckedArticle {
  return {
    index: numberOf(one, 'ArticleIdx'),
    userDeclareState: numberOf(one, 'UserDeclareState'),
    auditState: numberOf(one, 'AuditState'),
    originalUrl: textOf(one, 'OriginalArticleUrl'),
    originalArticleType: numberOf(one, 'OriginalArticleType'),
    canReprint: isOne(one, 'CanReprint'),
    needReplaceContent: isOne(one, 'NeedReplaceContent'),
    needShowReprintSource: isOne(one, 'NeedShowReprintSource'),
  }
}

function published(fields: XmlNode): Published {
  const info = nodeOf(fields, 'PublishEventInfo')
  const failedList = info['fail_idx']
  return {
    publishId: textOf(info, 'publish_id'),
    status: numberOf(info, 'publish_status'),
    articleId: textOf(info, 'article_id'),
    articles: nodesOf(nodeOf(info, 'article_detail'), 'item').map((one) => ({
      index: numberOf(one, 'idx'),
      url: textOf(one, 'article_url'),
    })),
    failedIndexes: (Array.isArray(failedList) ? failedList : [])
      .map(Number)
      .filter(Number.isSafeInteger),
  }
}

function revoked(fields: XmlNode): Revoked {
  return {
    userOpenid: textOf(fields, 'OpenID'),
    unionid: textOf(fields, 'UnionID'),
    appid: textOf(fields, 'AppID'),
    revokeInfo: textOf(fields, 'RevokeInfo'),
  }
}
