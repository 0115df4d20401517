// How each message and event is presented by the SDK, in names and types; no part of a push is
// lost.
import assert from 'node:assert/strict'
import test from 'node:test'
import { dedupKey, openPush, signature, type Inbound, type InboundEvent } from 'wechat-api-ts'
import { vectors } from './vectors.ts'

const token = 'local_sim_token_01'
const query = new URLSearchParams({
  timestamp: '1',
  nonce: '2',
  signature: signature([token, '1', '2']),
})
const { originalId, openid } = vectors.constants

function push(inside: string, createTime = 1760000000): Inbound {
  const xml =
    `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName>\n<FromUserName><![CDATA[${openid}]]></FromUserName>\n` +
    `<CreateTime>${createTime}</CreateTime>\n${inside}\n</xml>`
  return openPush({ appid: 'wx', token, encodingAesKey: null, mode: 'plain' }, query, xml).inbound
}

const message = (type: string, inside: string) =>
  push(`<MsgType><![CDATA[${type}]]></MsgType>${inside}<MsgId>6526133992738756795</MsgId>`)

function event(name: string, inside = ''): InboundEvent {
  const inbound = push(
    `<MsgType><![CDATA[event]]></MsgType>\n<Event><![CDATA[${name}]]></Event>\n${inside}`,
  )
  assert.ok(inbound.kind === 'event')
  return inbound
}

/** Returns the fields of a message except those that every push has, which are checked here. */
function said(inbound: Inbound): unknown {
  assert.deepEqual(
    [inbound.toUserName, inbound.openid, inbound.createTime],
    [originalId, openid, 1760000000],
  )
  const all = ['toUserName', 'openid', 'createTime', 'fields']
  return JSON.parse(
    JSON.stringify(
      Object.fromEntries(Object.entries(inbound).filter(([name]) => !all.includes(name))),
    ),
  )
}

const cdata = (name: string, text: string) => `<${name}><![CDATA[${text}]]></${name}>`
const msgId = '6526133992738756795'

const messages: [string, string, object][] = [
  ['text', cdata('Content', '你好'), { kind: 'text', content: '你好' }],
  [
    'text',
    `${cdata('Content', '满意')}<bizmsgmenuid>a-1</bizmsgmenuid>`,
    { kind: 'text', content: '满意', bizmsgmenuid: 'a-1' },
  ],
  [
    'text',
    `${cdata('Content', '问')}${cdata('MsgDataId', '2247480000_1')}<Idx>1</Idx>`,
    { kind: 'text', content: '问', article: { dataId: '2247480000_1', index: 1 } },
  ],
  [
    'image',
    cdata('PicUrl', 'http://p/1') + cdata('MediaId', 'm1'),
    { kind: 'image', picUrl: 'http://p/1', mediaId: 'm1' },
  ],
  [
    'voice',
    cdata('MediaId', 'm2') + cdata('Format', 'amr') + cdata('MediaId16K', 'm3'),
    { kind: 'voice', mediaId: 'm2', format: 'amr', mediaId16K: 'm3', recognition: '' },
  ],
  [
    'voice',
    cdata('MediaId', 'm2') + cdata('Format', 'SPEEX') + cdata('Recognition', '你好'),
    { kind: 'voice', mediaId: 'm2', format: 'speex', mediaId16K: '', recognition: '你好' },
  ],
  [
    'video',
    cdata('MediaId', 'm4') + cdata('ThumbMediaId', 't1'),
    { kind: 'video', mediaId: 'm4', thumbMediaId: 't1' },
  ],
  [
    'shortvideo',
    cdata('MediaId', 'm5') + cdata('ThumbMediaId', 't2'),
    { kind: 'shortvideo', mediaId: 'm5', thumbMediaId: 't2' },
  ],
  [
    'location',
    `<Location_X>23.134521</Location_X><Location_Y>-113.358803</Location_Y><Scale>20</Scale>${cdata('Label', '某路')}`,
    { kind: 'location', latitude: 23.134521, longitude: -113.358803, scale: 20, label: '某路' },
  ],
  [
    'location',
    '<Location_X>north</Location_X>',
    { kind: 'location', latitude: null, longitude: null, scale: null, label: '' },
  ],
  [
    'link',
    cdata('Title', 't') + cdata('Description', 'd') + cdata('Url', 'https://u/?a=1&b=2'),
    { kind: 'link', title: 't', description: 'd', url: 'https://u/?a=1&b=2' },
  ],
  [
    'file',
    `${cdata('Title', '报价单.xlsx')}${cdata('Description', '')}${cdata('FileKey', 'k')}${cdata('FileMd5', 'f00')}<FileTotalLen>20480</FileTotalLen>`,
    {
      kind: 'file',
      title: '报价单.xlsx',
      description: '',
      fileKey: 'k',
      fileMd5: 'f00',
      totalLen: 20480,
    },
  ],
  ['HoloGram', '<Foo>bar</Foo>', { kind: 'unknown', msgType: 'hologram' }],
  ['miniprogrampage', cdata('Title', 't'), { kind: 'unknown', msgType: 'miniprogrampage' }],
]
for (const [type, inside, expected] of messages) {
  test(`a message of type ${type} is read as ${JSON.stringify(expected)}`, () => {
    const inbound = message(type, inside)
    assert.deepEqual(said(inbound), { msgId, ...expected })
    assert.equal(inbound.fields['MsgType'], type)
    assert.equal(dedupKey(inbound), `m:${msgId}`)
  })
}

const list = (...ids: string[]) =>
  ids
    .map(
      (id) =>
        `<List>${cdata('TemplateId', id)}${cdata('SubscribeStatusString', 'reject')}<PopupScene>2</PopupScene></List>`,
    )
    .join('')
const revoke = `${cdata('OpenID', 'o2')}${cdata('AppID', 'wx2')}${cdata('RevokeInfo', '205')}${cdata('UnionID', 'u2')}`
const pics =
  '<SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum>aa</PicMd5Sum></item><item><PicMd5Sum>bb</PicMd5Sum></item></PicList></SendPicsInfo>'
const scan = `<ScanCodeInfo>${cdata('ScanType', 'barcode')}${cdata('ScanResult', 'EAN_13,69')}</ScanCodeInfo>`
const key = (text: string) => cdata('EventKey', text)
const mass = `<MsgID>1000001625</MsgID>${cdata('Status', 'err(30003)')}<TotalCount>100</TotalCount><FilterCount>80</FilterCount>
<SentCount>75</SentCount><ErrorCount>5</ErrorCount><CopyrightCheckResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>
<UserDeclareState>0</UserDeclareState><AuditState>2</AuditState>${cdata('OriginalArticleUrl', 'https://o')}<OriginalArticleType>1</OriginalArticleType>
<CanReprint>1</CanReprint><NeedReplaceContent>1</NeedReplaceContent><NeedShowReprintSource>0</NeedShowReprintSource></item></ResultList>
<CheckState>2</CheckState></CopyrightCheckResult><ArticleUrlResult><Count>1</Count><ResultList><item><ArticleIdx>1</ArticleIdx>
${cdata('ArticleUrl', 'https://a')}</item></ResultList></ArticleUrlResult>`
const published = `<PublishEventInfo><publish_id>22</publish_id><publish_status>0</publish_status>${cdata('article_id', 'A')}<article_detail>
<count>1</count><item><idx>1</idx>${cdata('article_url', 'https://a')}</item></article_detail></PublishEventInfo>`

const events: [string, string, object][] = [
  ['subscribe', key(''), { eventKey: '', scene: null, ticket: '', tradeNo: null }],
  [
    'subscribe',
    key('qrscene_qrscene_1') + cdata('Ticket', 'T'),
    { eventKey: 'qrscene_qrscene_1', scene: 'qrscene_1', ticket: 'T', tradeNo: null },
  ],
  [
    'subscribe',
    key('last_trade_no_40'),
    { eventKey: 'last_trade_no_40', scene: null, ticket: '', tradeNo: '40' },
  ],
  ['unsubscribe', key(''), { eventKey: '', tradeNo: null }],
  [
    'SCAN',
    key('store_007') + cdata('Ticket', 'T'),
    { eventKey: 'store_007', scene: 'store_007', ticket: 'T' },
  ],
  [
    'LOCATION',
    '<Latitude>23.1</Latitude><Longitude>113.35</Longitude><Precision>119.38504</Precision>',
    { eventKey: '', latitude: 23.1, longitude: 113.35, precision: 119.38504 },
  ],
  ['CLICK', key('K'), { eventKey: 'K' }],
  [
    'VIEW',
    `${key('https://u')}<MenuId>435678901</MenuId>`,
    { eventKey: 'https://u', menuId: '435678901' },
  ],
  [
    'view_miniprogram',
    `${key('pages/index')}<MenuId>4</MenuId>`,
    { eventKey: 'pages/index', menuId: '4' },
  ],
  ...['scancode_push', 'scancode_waitmsg'].map((name): [string, string, object] => [
    name,
    key('r') + scan,
    { eventKey: 'r', scanType: 'barcode', scanResult: 'EAN_13,69' },
  ]),
  ...['pic_sysphoto', 'pic_photo_or_album', 'pic_weixin'].map((name): [string, string, object] => [
    name,
    key('r') + pics,
    { eventKey: 'r', count: 2, pictures: [{ md5: 'aa' }, { md5: 'bb' }] },
  ]),
  [
    'location_select',
    `${key('6')}<SendLocationInfo>${cdata('Location_X', '23')}${cdata('Location_Y', '113')}${cdata('Scale', '15')}${cdata('Label', ' 某路')}${cdata('Poiname', '')}</SendLocationInfo>`,
    { eventKey: '6', latitude: 23, longitude: 113, scale: 15, label: ' 某路', poiName: '' },
  ],
  [
    'TEMPLATESENDJOBFINISH',
    `<MsgID>200163836</MsgID>${cdata('Status', 'failed:user block')}`,
    { eventKey: '', msgId: '200163836', status: 'failed:user block' },
  ],
  [
    'MASSSENDJOBFINISH',
    mass,
    {
      eventKey: '',
      msgId: '1000001625',
      status: 'err(30003)',
      totalCount: 100,
      filterCount: 80,
      sentCount: 75,
      errorCount: 5,
      copyright: {
        state: 2,
        articles: [
          {
            index: 1,
            userDeclareState: 0,
            auditState: 2,
            originalUrl: 'https://o',
            originalArticleType: 1,
            canReprint: true,
            needReplaceContent: true,
            needShowReprintSource: false,
          },
        ],
      },
      articles: [{ index: 1, url: 'https://a' }],
    },
  ],
  [
    'MASSSENDJOBFINISH',
    '<MsgID>1</MsgID><Status>send success</Status>',
    {
      eventKey: '',
      msgId: '1',
      status: 'send success',
      totalCount: null,
      filterCount: null,
      sentCount: null,
      errorCount: null,
      copyright: null,
      articles: [],
    },
  ],
  [
    'PUBLISHJOBFINISH',
    published,
    {
      eventKey: '',
      publishId: '22',
      status: 0,
      articleId: 'A',
      articles: [{ index: 1, url: 'https://a' }],
      failedIndexes: [],
    },
  ],
  [
    'PUBLISHJOBFINISH',
    '<PublishEventInfo><publish_id>2</publish_id><publish_status>2</publish_status><fail_idx>1</fail_idx><fail_idx>3</fail_idx></PublishEventInfo>',
    { eventKey: '', publishId: '2', status: 2, articleId: '', articles: [], failedIndexes: [1, 3] },
  ],
  ['kf_create_session', cdata('KfAccount', 'a@b'), { eventKey: '', kfAccount: 'a@b' }],
  ['kf_close_session', cdata('KfAccount', 'a@b'), { eventKey: '', kfAccount: 'a@b' }],
  [
    'kf_switch_session',
    cdata('FromKfAccount', 'a@b') + cdata('ToKfAccount', 'c@b'),
    { eventKey: '', fromKfAccount: 'a@b', toKfAccount: 'c@b' },
  ],
  [
    'subscribe_msg_popup_event',
    `<SubscribeMsgPopupEvent>${list('A', 'B')}</SubscribeMsgPopupEvent>`,
    {
      eventKey: '',
      choices: [
        { templateId: 'A', status: 'reject', popupScene: '2' },
        { templateId: 'B', status: 'reject', popupScene: '2' },
      ],
    },
  ],
  [
    'subscribe_msg_change_event',
    `<SubscribeMsgChangeEvent>${list('A')}</SubscribeMsgChangeEvent>`,
    { eventKey: '', choices: [{ templateId: 'A', status: 'reject' }] },
  ],
  [
    'subscribe_msg_sent_event',
    '<SubscribeMsgSentEvent><List><TemplateId>A</TemplateId><MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>',
    {
      eventKey: '',
      results: [
        { templateId: 'A', msgId: '1700827132819554304', errorCode: 0, errorStatus: 'success' },
      ],
    },
  ],
  ...['user_info_modified', 'user_authorization_revoke', 'user_authorization_cancellation'].map(
    (name): [string, string, object] => [
      name,
      revoke,
      { eventKey: '', userOpenid: 'o2', unionid: 'u2', appid: 'wx2', revokeInfo: '205' },
    ],
  ),
  ...[
    'qualification_verify_success',
    'naming_verify_success',
    'annual_renew',
    'verify_expired',
  ].map((name): [string, string, object] => [
    name,
    '<ExpiredTime>1761000000</ExpiredTime>',
    { eventKey: '', expiredTime: 1761000000 },
  ]),
  ...['qualification_verify_fail', 'naming_verify_fail'].map((name): [string, string, object] => [
    name,
    `<FailTime>1761000000</FailTime>${cdata('FailReason', 'by time')}`,
    { eventKey: '', failTime: 1761000000, failReason: 'by time' },
  ]),
  [
    'user_enter_session_from_card',
    cdata('CardId', 'c') + cdata('UserCardCode', '12'),
    { eventKey: '', cardId: 'c', userCardCode: '12' },
  ],
  ['debug_demo', cdata('debug_str', 'x'), { eventKey: '', debugStr: 'x' }],
  ['unknown', '', { eventKey: '' }],
]
for (const [name, inside, expected] of events) {
  test(`the event ${name} is read as ${JSON.stringify(expected)}`, () => {
    const inbound = event(name, inside)
    const known = name.toLowerCase()
    assert.deepEqual(said(inbound), { kind: 'event', event: known, name: known, ...expected })
  })
}

test('an unknown event keeps its name and all its fields', () => {
  for (const name of ['Brand_New', 'toString', '__proto__', 'constructor']) {
    const inbound = event(name, '<EventKey>k</EventKey><Deep><List><A>1</A></List></Deep>')
    assert.deepEqual(said(inbound), {
      kind: 'event',
      event: 'unknown',
      name: name.toLowerCase(),
      eventKey: 'k',
    })
    assert.deepEqual(JSON.parse(JSON.stringify(inbound.fields['Deep'])), { List: [{ A: '1' }] })
  }
})

test('a text in place of a list is read as a list without entries', () => {
  for (const inside of [
    '<SendPicsInfo>x</SendPicsInfo>',
    '<SendPicsInfo><PicList><item>x</item></PicList></SendPicsInfo>',
    '',
  ]) {
    const inbound = event('pic_weixin', inside)
    assert.deepEqual(inbound.event === 'pic_weixin' && inbound.pictures, [])
  }
})

test('an event that is delivered again has the same deduplication key, and a different event of the same second has another', () => {
  const keys = [
    event('CLICK', key('A')),
    event('CLICK', key('B')),
    event('VIEW', key('A')),
    event('SCAN', key('A')),
    event('SCAN', key('A') + cdata('Ticket', 'T')),
    event('CLICK', key('A')),
    event('click', key('A')),
  ].map(dedupKey)
  assert.equal(new Set(keys).size, 5)
  assert.deepEqual([keys[5], keys[6]], [keys[0], keys[0]])
  assert.notEqual(
    dedupKey(push(`<MsgType>event</MsgType><Event>CLICK</Event>${key('A')}`, 1760000001)),
    keys[0],
  )
})

test('the result of a mass or template message is recognised as the same push, whenever and by whichever server it is delivered', () => {
  const finished = (id: string, at: number) =>
    dedupKey(
      push(`<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>${id}</MsgID>`, at),
    )
  assert.equal(finished('1', 5), finished('1', 6))
  assert.notEqual(finished('1', 5), finished('2', 5))
})
