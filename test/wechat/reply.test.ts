// Passive replies: WeChat reads exactly what is put into one, and replies it would refuse are
// recognised in advance.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  openPush,
  readXml,
  readXmlFully,
  renderReply,
  replyFault,
  signature,
  type Inbound,
  type PassiveReply,
} from 'wechat-api-ts'

const to = { openid: 'oFollower', originalId: 'gh_1a2b3c4d5e6f' }
const render = (reply: PassiveReply) => renderReply(to, reply, 1760000001.9)
const all = (reply: PassiveReply, inside: string) =>
  '<xml><ToUserName><![CDATA[oFollower]]></ToUserName><FromUserName><![CDATA[gh_1a2b3c4d5e6f]]></FromUserName>' +
  `<CreateTime>1760000001</CreateTime><MsgType><![CDATA[${reply.type}]]></MsgType>${inside}</xml>`
const of = (name: string, text: string) => `<${name}><![CDATA[${text}]]></${name}>`
const article = { title: 't', description: 'd', url: 'https://u', pictureUrl: 'https://p' }
const item = `<item>${of('Title', 't')}${of('Description', 'd')}${of('PicUrl', 'https://p')}${of('Url', 'https://u')}</item>`

const shapes: [PassiveReply, string][] = [
  [{ type: 'text', text: '您好\n第二行' }, of('Content', '您好\n第二行')],
  [{ type: 'image', mediaId: 'm' }, `<Image>${of('MediaId', 'm')}</Image>`],
  [{ type: 'voice', mediaId: 'm' }, `<Voice>${of('MediaId', 'm')}</Voice>`],
  [{ type: 'video', mediaId: 'm' }, `<Video>${of('MediaId', 'm')}</Video>`],
  [
    { type: 'video', mediaId: 'm', title: 't', description: 'd' },
    `<Video>${of('MediaId', 'm')}${of('Title', 't')}${of('Description', 'd')}</Video>`,
  ],
  [{ type: 'music', thumbMediaId: 'm' }, `<Music>${of('ThumbMediaId', 'm')}</Music>`],
  [
    {
      type: 'music',
      thumbMediaId: 'm',
      title: 't',
      description: 'd',
      musicUrl: 'a',
      hqMusicUrl: 'b',
    },
    `<Music>${of('Title', 't')}${of('Description', 'd')}${of('MusicUrl', 'a')}${of('HQMusicUrl', 'b')}${of('ThumbMediaId', 'm')}</Music>`,
  ],
  [
    { type: 'news', articles: [article, article] },
    `<ArticleCount>2</ArticleCount><Articles>${item}${item}</Articles>`,
  ],
  [{ type: 'transfer_customer_service' }, ''],
  [
    { type: 'transfer_customer_service', kfAccount: 'a@b' },
    `<TransInfo>${of('KfAccount', 'a@b')}</TransInfo>`,
  ],
  [{ type: 'transfer_biz_ai_ivr' }, ''],
]
for (const [reply, inside] of shapes) {
  test(`the passive reply ${JSON.stringify(reply)} is rendered in WeChat's form`, () => {
    assert.equal(render(reply), all(reply, inside))
  })
}

const word = fc
  .array(
    fc.oneof(
      fc.constantFrom(']]>', ']', '>', '<', '&', '&amp;', '<![CDATA[', '\n', ' ', '😀'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) =>
    parts.join('').replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ''),
  )
const anyArticle = fc.record({ title: word, description: word, url: word, pictureUrl: word })
/** Makes a random reply of any type, and the texts that a reader must find in it. */
const anyReply: fc.Arbitrary<[PassiveReply, object]> = fc.oneof(
  word.map((text): [PassiveReply, object] => [{ type: 'text', text }, { Content: text }]),
  word.map((mediaId): [PassiveReply, object] => [
    { type: 'image', mediaId },
    { Image: { MediaId: mediaId } },
  ]),
  word.map((mediaId): [PassiveReply, object] => [
    { type: 'voice', mediaId },
    { Voice: { MediaId: mediaId } },
  ]),
  fc
    .tuple(word, word, word)
    .map(([mediaId, title, description]): [PassiveReply, object] => [
      { type: 'video', mediaId, title, description },
      { Video: { MediaId: mediaId, Title: title, Description: description } },
    ]),
  fc
    .tuple(word, word, word, word, word)
    .map(([thumbMediaId, title, description, musicUrl, hqMusicUrl]): [PassiveReply, object] => [
      { type: 'music', thumbMediaId, title, description, musicUrl, hqMusicUrl },
      {
        Music: {
          Title: title,
          Description: description,
          MusicUrl: musicUrl,
          HQMusicUrl: hqMusicUrl,
          ThumbMediaId: thumbMediaId,
        },
      },
    ]),
  fc.array(anyArticle, { minLength: 1, maxLength: 8 }).map((articles): [PassiveReply, object] => [
    { type: 'news', articles },
    {
      ArticleCount: String(articles.length),
      Articles: {
        item: articles.map((one) => ({
          Title: one.title,
          Description: one.description,
          PicUrl: one.pictureUrl,
          Url: one.url,
        })),
      },
    },
  ]),
  word.map((kfAccount): [PassiveReply, object] => [
    { type: 'transfer_customer_service', kfAccount },
    { TransInfo: { KfAccount: kfAccount } },
  ]),
)

test('any passive reply is read back unchanged by both readers', () => {
  fc.assert(
    fc.property(anyReply, ([reply, inside]) => {
      const xml = render(reply)
      const head = {
        ToUserName: 'oFollower',
        FromUserName: 'gh_1a2b3c4d5e6f',
        CreateTime: '1760000001',
        MsgType: reply.type,
      }
      for (const read of [readXml, readXmlFully]) {
        assert.deepEqual(JSON.parse(JSON.stringify(read(xml))), { ...head, ...inside })
      }
    }),
    { numRuns: 300 },
  )
})

const token = 't'
const query = new URLSearchParams({
  timestamp: '1',
  nonce: '2',
  signature: signature([token, '1', '2']),
})
function push(inside: string): Inbound {
  const xml = `<xml><ToUserName>gh</ToUserName><FromUserName>o</FromUserName><CreateTime>1</CreateTime>${inside}</xml>`
  return openPush({ appid: 'wx', token, encodingAesKey: null, mode: 'plain' }, query, xml).inbound
}
const message = push('<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId>')
const event = push('<MsgType>event</MsgType><Event>CLICK</Event><EventKey>k</EventKey>')
const news = (count: number): PassiveReply => ({
  type: 'news',
  articles: Array.from({ length: count }, () => article),
})

test('passive replies that WeChat would not deliver are reported in advance', () => {
  const good: [Inbound, PassiveReply][] = [
    ...shapes
      .filter(([{ type }]) => type !== 'news')
      .map(([reply]): [Inbound, PassiveReply] => [message, reply]),
    [message, { type: 'text', text: '好'.repeat(682) }],
    [message, news(1)],
    [event, news(8)],
  ]
  for (const [inbound, reply] of good) {
    assert.equal(replyFault(inbound, reply), null, JSON.stringify(reply))
  }
  const bad: [Inbound, PassiveReply][] = [
    [message, { type: 'text', text: '' }],
    [message, { type: 'text', text: ' \n\u0001' }],
    [message, { type: 'text', text: '好'.repeat(683) }],
    [message, { type: 'image', mediaId: '' }],
    [message, { type: 'voice', mediaId: '' }],
    [message, { type: 'video', mediaId: '' }],
    [message, { type: 'music', thumbMediaId: '' }],
    [message, news(0)],
    [message, news(2)],
    [event, news(9)],
    [message, { type: 'transfer_customer_service', kfAccount: '' }],
    [event, { type: 'transfer_biz_ai_ivr' }],
  ]
  for (const [inbound, reply] of bad) {
    assert.equal(typeof replyFault(inbound, reply), 'string', JSON.stringify(reply))
  }
})
