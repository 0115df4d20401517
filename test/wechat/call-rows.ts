// Every call of the SDK with its address, and a question and an answer as in WeChat's documents.
// The question is sent in the query of a GET or in the JSON of a POST, unless the row says
// otherwise.
import type { WechatClient } from 'wechat-api-ts'

type Topics = Omit<WechatClient, 'accessToken'>
type Path = { [T in keyof Topics]: `${T}.${keyof Topics[T] & string}` }[keyof Topics]
type Split<P, T = keyof Topics> = T extends keyof Topics
  ? P extends `${T}.${infer Name}`
    ? Name extends keyof Topics[T]
      ? Topics[T][Name]
      : never
    : never
  : never
type Asking<P> = Extract<Split<P>, (...args: never[]) => unknown>
export type Sent = {
  query?: Record<string, string>
  body?: unknown
  upload?: { name: string; type: string; bytes: Buffer; fields?: Record<string, string> }
}
type Said<P> = {
  ask?: Parameters<Asking<P>>[0]
  /** The value to which the SDK's call must resolve, for comparison with the real result. */
  get?: Awaited<ReturnType<Asking<P>>>
  sent?: Sent
  /**
   * What the simulated WeChat answers, if it differs from the value to which the SDK's call
   * resolves.
   */
  answer?: unknown
}
export type Row = { path: string; line: string; said: Said<Path> }

const row = <P extends Path>(path: P, line: string, said: Said<P> = {}): Row => ({
  path,
  line,
  said,
})

const openid = 'oMadeUpOpenid0000000000000A1'
const named = { kf_account: 'agent1@madeupshop' }
const picture = {
  bytes: Buffer.from([0xff, 0xd8, 0xff, 0xe0]),
  filename: 'a "b"\r\n.jpg',
  contentType: 'image/jpeg',
}
const upload = { name: 'a %22b%22%0D%0A.jpg', type: 'image/jpeg', bytes: picture.bytes }
const article = { title: '标题', content: '<p>x</p>', thumb_media_id: 'thumb' }
const span = { begin_date: '2026-01-01', end_date: '2026-01-07' }
const day = { ref_date: '2026-01-01' }
const reads = {
  int_page_read_user: 1,
  int_page_read_count: 2,
  ori_page_read_user: 0,
  ori_page_read_count: 0,
  share_user: 0,
  share_count: 0,
  add_to_fav_user: 0,
  add_to_fav_count: 0,
}
const messages = { msg_type: 1, msg_user: 2, msg_count: 3 }
const callbacks = { callback_count: 5, fail_count: 0, total_time_cost: 100, max_time_cost: 40 }
const webToken = {
  access_token: 'WEB',
  expires_in: 7200,
  refresh_token: 'WEBR',
  openid,
  scope: 'snsapi_base',
}
const credentials = { appid: 'wx1', secret: 'made-up-secret' }

export const rows: Row[] = [
  row('custom.send', 'POST /cgi-bin/message/custom/send', {
    ask: {
      touser: openid,
      msgtype: 'text',
      text: { content: '您好' },
      aimsgcontext: { is_ai_msg: 1 },
    },
  }),
  row('custom.typing', 'POST /cgi-bin/message/custom/typing', {
    ask: { touser: openid, command: 'Typing' },
  }),

  row('kfAccounts.add', 'POST /customservice/kfaccount/add', {
    ask: { ...named, nickname: '小美' },
  }),
  row('kfAccounts.update', 'POST /customservice/kfaccount/update', {
    ask: { ...named, nickname: '小美' },
  }),
  row('kfAccounts.remove', 'POST /customservice/kfaccount/del', {
    ask: named,
    sent: { query: named, body: named },
  }),
  row('kfAccounts.invite', 'POST /customservice/kfaccount/inviteworker', {
    ask: { ...named, invite_wx: 'agent_wechat_id' },
  }),
  row('kfAccounts.setAvatar', 'POST /customservice/kfaccount/uploadheadimg', {
    ask: { ...named, media: picture },
    sent: { query: named, upload },
  }),
  row('kfAccounts.list', 'GET /cgi-bin/customservice/getkflist', {
    get: {
      kf_list: [
        {
          ...named,
          kf_nick: '小美',
          kf_id: '1001',
          kf_headimgurl: 'http://x',
          invite_wx: 'w',
          invite_expire_time: 1,
          invite_status: 'waiting',
        },
      ],
    },
  }),
  row('kfAccounts.online', 'GET /cgi-bin/customservice/getonlinekflist', {
    answer:
      '{"kf_online_list":[{"kf_account":"agent1@madeupshop","status":1,"kf_id":1001,"accepted_case":1}]}',
    get: { kf_online_list: [{ ...named, status: 1, kf_id: '1001', accepted_case: 1 }] },
  }),
  row('kfSessions.open', 'POST /customservice/kfsession/create', { ask: { ...named, openid } }),
  row('kfSessions.close', 'POST /customservice/kfsession/close', { ask: { ...named, openid } }),
  row('kfSessions.of', 'GET /customservice/kfsession/getsession', {
    ask: { openid },
    get: { createtime: 123456789, kf_account: '' },
  }),
  row('kfSessions.list', 'GET /customservice/kfsession/getsessionlist', {
    ask: named,
    get: { sessionlist: [{ createtime: 1, openid }] },
  }),
  row('kfSessions.waiting', 'GET /customservice/kfsession/getwaitcase', {
    get: { count: 150, waitcaselist: [{ latest_time: 1, openid }] },
  }),
  row('kfSessions.records', 'POST /customservice/msgrecord/getmsglist', {
    ask: { starttime: 1760000000, endtime: 1760080000, msgid: '1', number: 10000 },
    sent: { body: { starttime: 1760000000, endtime: 1760080000, msgid: 1, number: 10000 } },
    answer:
      '{"recordlist":[{"openid":"o1","opercode":2002,"text":"\\"msgid\\":5","time":1,"worker":"w"}],"number":1,"msgid":20165258}',
    get: {
      recordlist: [{ openid: 'o1', opercode: 2002, text: '"msgid":5', time: 1, worker: 'w' }],
      number: 1,
      msgid: '20165258',
    },
  }),

  row('media.upload', 'POST /cgi-bin/media/upload', {
    ask: { type: 'thumb', media: picture },
    sent: { query: { type: 'thumb' }, upload },
    answer: { type: 'thumb', thumb_media_id: 'T', created_at: 1760000000 },
    get: { type: 'thumb', media_id: 'T', created_at: 1760000000 },
  }),
  row('media.get', 'GET /cgi-bin/media/get', {
    ask: { media_id: 'M' },
    answer: { video_url: 'http://v' },
    get: { kind: 'video', video_url: 'http://v' },
  }),
  row('media.getJssdkVoice', 'GET /cgi-bin/media/get/jssdk', {
    ask: { media_id: 'M' },
    answer: { video_url: 'http://v' },
    get: { kind: 'video', video_url: 'http://v' },
  }),
  row('media.uploadArticleImage', 'POST /cgi-bin/media/uploadimg', {
    ask: { media: picture },
    sent: { upload },
    get: { url: 'http://mmbiz' },
  }),

  row('material.add', 'POST /cgi-bin/material/add_material', {
    ask: { type: 'image', media: picture },
    sent: { query: { type: 'image' }, upload },
    get: { media_id: 'P', url: 'http://p' },
  }),
  row('material.addVideo', 'POST /cgi-bin/material/add_material', {
    ask: { media: picture, title: '片', introduction: '介绍' },
    sent: {
      query: { type: 'video' },
      upload: { ...upload, fields: { description: '{"title":"片","introduction":"介绍"}' } },
    },
    get: { media_id: 'P' },
  }),
  row('material.get', 'POST /cgi-bin/material/get_material', {
    ask: { media_id: 'P' },
    answer: { title: 't', description: 'd', down_url: 'http://d' },
    get: { kind: 'video', title: 't', description: 'd', down_url: 'http://d' },
  }),
  row('material.list', 'POST /cgi-bin/material/batchget_material', {
    ask: { type: 'image', offset: 0, count: 20 },
    get: {
      total_count: 1,
      item_count: 1,
      item: [{ media_id: 'P', name: 'n', update_time: 1, url: 'u' }],
    },
  }),
  row('material.remove', 'POST /cgi-bin/material/del_material', { ask: { media_id: 'P' } }),
  row('material.count', 'GET /cgi-bin/material/get_materialcount', {
    get: { voice_count: 0, video_count: 1, image_count: 2, news_count: 3 },
  }),
  row('drafts.add', 'POST /cgi-bin/draft/add', {
    ask: { articles: [article] },
    get: { media_id: 'D' },
  }),
  row('drafts.get', 'POST /cgi-bin/draft/get', {
    ask: { media_id: 'D' },
    get: { news_item: [article] },
  }),
  row('drafts.update', 'POST /cgi-bin/draft/update', {
    ask: { media_id: 'D', index: 0, articles: article },
  }),
  row('drafts.remove', 'POST /cgi-bin/draft/delete', { ask: { media_id: 'D' } }),
  row('drafts.count', 'GET /cgi-bin/draft/count', { get: { total_count: 3 } }),
  row('drafts.list', 'POST /cgi-bin/draft/batchget', {
    ask: { offset: 0, count: 20, no_content: 1 },
    get: { total_count: 0, item_count: 0, item: [] },
  }),
  row('publishing.submit', 'POST /cgi-bin/freepublish/submit', {
    ask: { media_id: 'D' },
    answer: '{"errcode":0,"errmsg":"ok","publish_id":100000001,"msg_data_id":9223372036854775807}',
    get: { publish_id: '100000001', msg_data_id: '9223372036854775807' },
  }),
  row('publishing.status', 'POST /cgi-bin/freepublish/get', {
    ask: { publish_id: '100000001' },
    get: {
      publish_id: '100000001',
      publish_status: 0,
      article_id: 'A',
      article_detail: { count: 1, item: [{ idx: 1, article_url: 'u' }] },
      fail_idx: [],
    },
  }),
  row('publishing.article', 'POST /cgi-bin/freepublish/getarticle', {
    ask: { article_id: 'A' },
    get: { news_item: [article] },
  }),
  row('publishing.remove', 'POST /cgi-bin/freepublish/delete', {
    ask: { article_id: 'A', index: 1 },
  }),
  row('publishing.list', 'POST /cgi-bin/freepublish/batchget', {
    ask: { offset: 0, count: 20 },
    get: { total_count: 0, item_count: 0, item: [] },
  }),

  row('users.info', 'GET /cgi-bin/user/info', {
    ask: { openid, lang: 'zh_CN' },
    get: {
      subscribe: 1,
      openid,
      language: 'zh_CN',
      subscribe_time: 1760000000,
      unionid: 'o',
      remark: '',
      groupid: 0,
      tagid_list: [128, 2],
      subscribe_scene: 'ADD_SCENE_QR_CODE',
      qr_scene: 98765,
      qr_scene_str: '',
    },
  }),
  row('users.infos', 'POST /cgi-bin/user/info/batchget', {
    ask: { user_list: [{ openid, lang: 'zh_CN' }] },
    get: { user_info_list: [{ subscribe: 0, openid }] },
  }),
  row('users.list', 'GET /cgi-bin/user/get', {
    ask: { next_openid: openid },
    get: { total: 23000, count: 1, data: { openid: [openid] }, next_openid: '' },
  }),
  row('users.remark', 'POST /cgi-bin/user/info/updateremark', { ask: { openid, remark: '老王' } }),
  row('tags.create', 'POST /cgi-bin/tags/create', {
    ask: { tag: { name: 'vip' } },
    get: { tag: { id: 134, name: 'vip' } },
  }),
  row('tags.list', 'GET /cgi-bin/tags/get', {
    get: { tags: [{ id: 134, name: 'vip', count: 0 }] },
  }),
  row('tags.rename', 'POST /cgi-bin/tags/update', { ask: { tag: { id: 134, name: 'vip2' } } }),
  row('tags.remove', 'POST /cgi-bin/tags/delete', { ask: { tag: { id: 134 } } }),
  row('tags.followers', 'POST /cgi-bin/user/tag/get', {
    ask: { tagid: 134, next_openid: '' },
    get: { count: 1, data: { openid: [openid] }, next_openid: openid },
  }),
  row('tags.of', 'POST /cgi-bin/tags/getidlist', { ask: { openid }, get: { tagid_list: [134] } }),
  row('tags.give', 'POST /cgi-bin/tags/members/batchtagging', {
    ask: { openid_list: [openid], tagid: 134 },
  }),
  row('tags.take', 'POST /cgi-bin/tags/members/batchuntagging', {
    ask: { openid_list: [openid], tagid: 134 },
  }),
  row('blacklist.list', 'POST /cgi-bin/tags/members/getblacklist', {
    ask: { begin_openid: '' },
    get: { total: 1, count: 1, data: { openid: [openid] }, next_openid: '' },
  }),
  row('blacklist.add', 'POST /cgi-bin/tags/members/batchblacklist', {
    ask: { openid_list: [openid] },
  }),
  row('blacklist.remove', 'POST /cgi-bin/tags/members/batchunblacklist', {
    ask: { openid_list: [openid] },
  }),

  row('qrcodes.create', 'POST /cgi-bin/qrcode/create', {
    ask: {
      expire_seconds: 604800,
      action_name: 'QR_STR_SCENE',
      action_info: { scene: { scene_str: 'store_007' } },
    },
    get: { ticket: 'gQ', expire_seconds: 604800, url: 'http://weixin.qq.com/q/x' },
  }),
  row('menu.create', 'POST /cgi-bin/menu/create', {
    ask: {
      button: [
        { type: 'click', name: '联系客服', key: 'MENU_HUMAN_AGENT' },
        {
          name: '更多',
          sub_button: [
            { type: 'view', name: '帮助', url: 'https://example.com' },
            {
              type: 'miniprogram',
              name: '商城',
              url: 'https://example.com',
              appid: 'wx',
              pagepath: 'pages/index',
            },
          ],
        },
      ],
    },
  }),
  row('menu.get', 'GET /cgi-bin/menu/get', {
    answer: '{"menu":{"button":[],"menuid":208396938}}',
    get: { menu: { button: [], menuid: '208396938' } },
  }),
  row('menu.current', 'GET /cgi-bin/get_current_selfmenu_info', {
    get: {
      is_menu_open: 1,
      selfmenu_info: {
        button: [{ name: 'b', sub_button: { list: [{ name: 's', type: 'view', url: 'u' }] } }],
      },
    },
  }),
  row('menu.remove', 'GET /cgi-bin/menu/delete'),
  row('menu.addConditional', 'POST /cgi-bin/menu/addconditional', {
    ask: {
      button: [{ type: 'view', name: 'n', url: 'u' }],
      matchrule: { tag_id: '2', client_platform_type: '2' },
    },
    get: { menuid: '208379533' },
  }),
  row('menu.removeConditional', 'POST /cgi-bin/menu/delconditional', {
    ask: { menuid: '208379533' },
  }),
  row('menu.match', 'POST /cgi-bin/menu/trymatch', {
    ask: { user_id: openid },
    get: { button: [] },
  }),

  row('templates.send', 'POST /cgi-bin/message/template/send', {
    ask: {
      touser: openid,
      template_id: 'TPL',
      url: 'u',
      miniprogram: { appid: 'wx', pagepath: 'p' },
      client_msg_id: 'once',
      data: { thing1: { value: '订单' }, time2: { value: '今天' } },
    },
    answer: '{"errcode":0,"errmsg":"ok","msgid":2401432019386204161}',
    get: { msgid: '2401432019386204161' },
  }),
  row('templates.list', 'GET /cgi-bin/template/get_all_private_template', {
    get: {
      template_list: [
        {
          template_id: 'TPL',
          title: 't',
          primary_industry: 'a',
          deputy_industry: 'b',
          content: 'c',
          example: 'e',
        },
      ],
    },
  }),
  row('templates.remove', 'POST /cgi-bin/template/del_private_template', {
    ask: { template_id: 'TPL' },
  }),
  row('subscriptions.send', 'POST /cgi-bin/message/subscribe/bizsend', {
    ask: { touser: openid, template_id: 'TPL', page: 'p', data: { thing1: { value: 'v' } } },
  }),
  row('subscriptions.sendOneTime', 'POST /cgi-bin/message/template/subscribe', {
    ask: {
      touser: openid,
      template_id: 'TPL',
      scene: '1000',
      title: 't',
      data: { content: { value: 'v', color: '#000' } },
    },
  }),
  row('mass.sendToTag', 'POST /cgi-bin/message/mass/sendall', {
    ask: {
      filter: { is_to_all: false, tag_id: 2 },
      mpnews: { media_id: 'M' },
      msgtype: 'mpnews',
      send_ignore_reprint: 0,
      clientmsgid: 'c',
    },
    answer:
      '{"errcode":0,"errmsg":"send job submission success","msg_id":34182,"msg_data_id":206227730}',
    get: { msg_id: '34182', msg_data_id: '206227730' },
  }),
  row('mass.send', 'POST /cgi-bin/message/mass/send', {
    ask: { touser: [openid, 'o2'], msgtype: 'text', text: { content: 't' } },
    get: { msg_id: '34182' },
  }),
  row('mass.preview', 'POST /cgi-bin/message/mass/preview', {
    ask: { touser: openid, msgtype: 'image', image: { media_id: 'M' } },
    get: { msg_id: '34182' },
  }),
  row('mass.remove', 'POST /cgi-bin/message/mass/delete', {
    ask: { msg_id: '9223372036854775807', article_idx: 2 },
    sent: { body: '{"msg_id":9223372036854775807,"article_idx":2}' },
  }),
  row('mass.status', 'POST /cgi-bin/message/mass/get', {
    ask: { msg_id: '201053012' },
    sent: { body: { msg_id: 201053012 } },
    answer: { msg_id: 201053012, msg_status: 'SEND_SUCCESS' },
    get: { msg_id: '201053012', msg_status: 'SEND_SUCCESS' },
  }),
  row('mass.speed', 'POST /cgi-bin/message/mass/speed/get', {
    sent: { body: {} },
    get: { speed: 3, realspeed: 15 },
  }),
  row('mass.setSpeed', 'POST /cgi-bin/message/mass/speed/set', { ask: { speed: 1 } }),

  row('statistics.followerChange', 'POST /datacube/getusersummary', {
    ask: span,
    get: { list: [{ ...day, user_source: 0, new_user: 1, cancel_user: 0 }] },
  }),
  row('statistics.followerTotal', 'POST /datacube/getusercumulate', {
    ask: span,
    get: { list: [{ ...day, cumulate_user: 100 }] },
  }),
  row('statistics.messages', 'POST /datacube/getupstreammsg', {
    ask: span,
    get: { list: [{ ...day, ...messages }] },
  }),
  row('statistics.messagesByHour', 'POST /datacube/getupstreammsghour', {
    ask: span,
    get: { list: [{ ...day, ref_hour: 100, ...messages }] },
  }),
  row('statistics.messagesByWeek', 'POST /datacube/getupstreammsgweek', {
    ask: span,
    get: { list: [{ ...day, ...messages }] },
  }),
  row('statistics.messagesByMonth', 'POST /datacube/getupstreammsgmonth', {
    ask: span,
    get: { list: [{ ...day, ...messages }] },
  }),
  row('statistics.messageSpread', 'POST /datacube/getupstreammsgdist', {
    ask: span,
    get: { list: [{ ...day, count_interval: 1, msg_user: 246 }] },
  }),
  row('statistics.messageSpreadByWeek', 'POST /datacube/getupstreammsgdistweek', {
    ask: span,
    get: { list: [{ ...day, count_interval: 1, msg_user: 246 }] },
  }),
  row('statistics.messageSpreadByMonth', 'POST /datacube/getupstreammsgdistmonth', {
    ask: span,
    get: { list: [{ ...day, count_interval: 1, msg_user: 246 }] },
  }),
  row('statistics.callbacks', 'POST /datacube/getinterfacesummary', {
    ask: span,
    get: { list: [{ ...day, ...callbacks }] },
  }),
  row('statistics.callbacksByHour', 'POST /datacube/getinterfacesummaryhour', {
    ask: span,
    get: { list: [{ ...day, ref_hour: 100, ...callbacks }] },
  }),
  row('statistics.articles', 'POST /datacube/getarticlesummary', {
    ask: span,
    get: { list: [{ ...day, msgid: '10000050_1', title: 't', ...reads }] },
  }),
  row('statistics.articleTotals', 'POST /datacube/getarticletotal', {
    ask: span,
    get: { list: [{ ...day, msgid: '202457380_1', title: 't', details: [] }] },
  }),
  row('statistics.articleReads', 'POST /datacube/getuserread', {
    ask: span,
    get: { list: [{ ...day, user_source: 0, ...reads }] },
  }),
  row('statistics.articleReadsByHour', 'POST /datacube/getuserreadhour', {
    ask: span,
    get: { list: [{ ...day, ref_hour: 100, user_source: 0, ...reads }] },
  }),
  row('statistics.articleShares', 'POST /datacube/getusershare', {
    ask: span,
    get: { list: [{ ...day, share_scene: 1, share_count: 2, share_user: 1 }] },
  }),
  row('statistics.articleSharesByHour', 'POST /datacube/getusersharehour', {
    ask: span,
    get: { list: [{ ...day, ref_hour: 100, share_scene: 1, share_count: 2, share_user: 1 }] },
  }),

  row('quota.of', 'POST /cgi-bin/openapi/quota/get', {
    ask: { cgi_path: '/cgi-bin/message/custom/send' },
    get: { quota: { daily_limit: 500000, used: 12, remain: 499988 } },
  }),
  row('quota.clear', 'POST /cgi-bin/clear_quota', { sent: { body: { appid: 'wx1' } } }),
  row('diagnosis.checkCallback', 'POST /cgi-bin/callback/check', {
    ask: { action: 'all', check_operator: 'DEFAULT' },
    get: {
      dns: [{ ip: '203.0.113.7', real_operator: 'UNICOM' }],
      ping: [{ ip: '203.0.113.7', from_operator: 'UNICOM', package_loss: '0%', time: '23.079ms' }],
    },
  }),
  row('diagnosis.callbackIps', 'GET /cgi-bin/getcallbackip', {
    get: { ip_list: ['203.0.113.7', '203.0.113.0/25'] },
  }),
  row('diagnosis.apiIps', 'GET /cgi-bin/get_api_domain_ip', { get: { ip_list: ['203.0.113.8'] } }),
  row('diagnosis.failedCall', 'POST /cgi-bin/openapi/rid/get', {
    ask: { rid: '61725984-6126f6f9-040f19c4' },
    get: {
      request: {
        invoke_time: 1635156704,
        cost_in_ms: 30,
        request_url: 'access_token=50_Im7xxxx',
        request_body: '',
        response_body: '{}',
        client_ip: '203.0.113.9',
      },
    },
  }),

  row('oauth.token', 'GET /sns/oauth2/access_token', {
    ask: { code: 'CODE' },
    sent: { query: { ...credentials, code: 'CODE', grant_type: 'authorization_code' } },
    get: webToken,
  }),
  row('oauth.refresh', 'GET /sns/oauth2/refresh_token', {
    ask: { refresh_token: 'WEBR' },
    sent: { query: { appid: 'wx1', grant_type: 'refresh_token', refresh_token: 'WEBR' } },
    get: webToken,
  }),
  row('oauth.user', 'GET /sns/userinfo', {
    ask: { access_token: 'WEB', openid, lang: 'zh_CN' },
    sent: { query: { openid, lang: 'zh_CN' } },
    get: {
      openid,
      nickname: '王',
      sex: 0,
      province: '',
      city: '',
      country: '',
      headimgurl: 'u',
      privilege: [],
    },
  }),
  row('oauth.check', 'GET /sns/auth', {
    ask: { access_token: 'WEB', openid },
    sent: { query: { openid } },
  }),
  row('bySecret.clearQuota', 'POST /cgi-bin/clear_quota/v2', {
    sent: {
      query: { appid: 'wx1', appsecret: 'made-up-secret' },
      body: { appid: 'wx1', appsecret: 'made-up-secret' },
    },
  }),
]
