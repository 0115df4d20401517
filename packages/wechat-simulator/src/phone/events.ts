import { textOf } from '../http.ts'
import type { Body } from '../http.ts'
import type { Follower } from '../types.ts'
import type { Fields } from '../wire/xml.ts'
import { others, toFields } from './names.ts'

type Defaults = (follower: Follower) => Fields

const md5 = '5a75aaca956d97be686719218f275c6b'
const kf: Fields = { KfAccount: 'agent1@madeupshop' }
const job =
  (fields: Fields): Defaults =>
  () => ({ MsgID: String(Date.now()), ...fields })
const privacy: Defaults = (follower) => ({
  OpenID: follower.openid,
  ...(follower.unionid === '' ? {} : { UnionID: follower.unionid }),
  AppID: follower.appid,
  RevokeInfo: '205',
})
const pictures: Defaults = () => ({
  EventKey: 'rselfmenu_1_0',
  SendPicsInfo: { Count: 1, PicList: { item: [{ PicMd5Sum: md5 }] } },
})
const scanned: Defaults = () => ({
  EventKey: 'rselfmenu_0_0',
  ScanCodeInfo: { ScanType: 'qrcode', ScanResult: 'https://example.com/1' },
})

/** Default fields of each event, so that each can be sent by its name alone. */
const events: Record<string, Defaults> = {
  subscribe: () => ({ EventKey: '' }),
  unsubscribe: () => ({ EventKey: '' }),
  scan: () => ({ EventKey: '1' }),
  location: () => ({ Latitude: '31.230391', Longitude: '121.473701', Precision: '65.000000' }),
  click: () => ({ EventKey: 'MENU_KEY' }),
  view: () => ({ EventKey: 'https://example.com/', MenuId: 1 }),
  view_miniprogram: () => ({ EventKey: 'pages/index/index', MenuId: 1 }),
  scancode_push: scanned,
  scancode_waitmsg: scanned,
  pic_sysphoto: pictures,
  pic_photo_or_album: pictures,
  pic_weixin: pictures,
  location_select: () => ({
    EventKey: 'rselfmenu_2_0',
    SendLocationInfo: {
      Location_X: '31.230391',
      Location_Y: '121.473701',
      Scale: '15',
      Label: '上海市人民广场',
      Poiname: '',
    },
  }),
  templatesendjobfinish: job({ Status: 'success' }),
  masssendjobfinish: job({
    Status: 'send success',
    TotalCount: 2,
    FilterCount: 2,
    SentCount: 2,
    ErrorCount: 0,
  }),
  publishjobfinish: () => ({
    PublishEventInfo: {
      publish_id: '2247503051',
      publish_status: 0,
      article_id: 'madeUpArticle',
      article_detail: { count: 1, item: [{ idx: 1, article_url: 'https://example.com/a' }] },
    },
  }),
  kf_create_session: () => kf,
  kf_close_session: () => kf,
  kf_switch_session: () => ({
    FromKfAccount: 'agent1@madeupshop',
    ToKfAccount: 'agent2@madeupshop',
  }),
  subscribe_msg_popup_event: () => ({
    SubscribeMsgPopupEvent: {
      List: [{ TemplateId: 'TPL_A', SubscribeStatusString: 'accept', PopupScene: 2 }],
    },
  }),
  subscribe_msg_change_event: () => ({
    SubscribeMsgChangeEvent: { List: [{ TemplateId: 'TPL_A', SubscribeStatusString: 'reject' }] },
  }),
  subscribe_msg_sent_event: () => ({
    SubscribeMsgSentEvent: {
      List: [
        { TemplateId: 'TPL_A', MsgID: '1700827132819554304', ErrorCode: 0, ErrorStatus: 'success' },
      ],
    },
  }),
  user_info_modified: privacy,
  user_authorization_revoke: privacy,
  user_authorization_cancellation: privacy,
  user_enter_session_from_card: () => ({ CardId: 'pMadeUpCard', UserCardCode: '12312312' }),
  user_enter_tempsession: () => ({ SessionFrom: 'weapp' }),
  qualification_verify_success: () => ({ ExpiredTime: 1791536000 }),
  qualification_verify_fail: () => ({ FailTime: 1760000000, FailReason: 'by time' }),
  naming_verify_success: () => ({ ExpiredTime: 1791536000 }),
  naming_verify_fail: () => ({ FailTime: 1760000000, FailReason: 'by time' }),
  annual_renew: () => ({ ExpiredTime: 1791536000 }),
  verify_expired: () => ({ ExpiredTime: 1791536000 }),
  debug_demo: () => ({ debug_str: 'hello world' }),
  // In events about parcels the entries of a list stand side by side, without an element around
  // them.
  add_express_path: () => ({
    DeliveryID: 'SF',
    WayBillId: '12345678',
    Version: 3,
    Count: 2,
    Actions: [
      { ActionTime: 1556249829, ActionType: 100001, ActionMsg: '快递员已成功取件' },
      { ActionTime: 1556250000, ActionType: 200001, ActionMsg: '快件已发往【广州】' },
    ],
  }),
  wxa_appeal_record: (follower) => ({
    appid: follower.appid,
    appeal_record_id: 1,
    appeal_time: 1,
    appeal_count: 1,
    punish_description: '违规',
    materials: [
      { illegal_material: { content: '甲', content_url: '' } },
      { illegal_material: { content: '乙', content_url: '' } },
    ],
  }),
}
export const eventNames = Object.keys(events)

export function eventFields(body: Body, follower: Follower): Fields {
  const event = textOf(body, 'event')
  const name = event.toLowerCase()
  const defaults = Object.hasOwn(events, name) ? (events[name]?.(follower) ?? {}) : {}
  const place =
    name === 'location' && typeof body['location'] === 'object'
      ? toFields(body['location'] as Body)
      : {}
  return { Event: event, ...defaults, ...place, ...others(body) }
}

/** Whether WeChat itself sends this event about somebody, who need not be a follower. */
export function comesFromPlatform(event: string): boolean {
  return /finish$|^kf_|^user_|^subscribe_msg_|verify|^annual_|^debug_|^add_express_|^wxa_/i.test(
    event,
  )
}

export function expectsAnswer(event: string): boolean {
  return /^(subscribe|scan|click|scancode_.*|pic_.*|location_select)$/i.test(event)
}
