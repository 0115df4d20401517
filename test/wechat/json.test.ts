// Tests pushes in JSON form, which must mean the same as in XML form.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import {
  readFields,
  renderReply,
  toInbound,
  WechatInputError,
  type PassiveReply,
} from 'wechat-api-ts'
import { cpuMs } from '../support/cpu.ts'

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
const isRefused = (text: string) => {
  try {
    readFields(text)
    return false
  } catch (error) {
    assert.ok(error instanceof WechatInputError && error.code === 'bad_xml')
    return true
  }
}

test('the same push is read alike in its JSON and its XML form', () => {
  const xml =
    '<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1760000000</CreateTime><MsgType>event</MsgType>' +
    '<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>T</TemplateId>' +
    '<SubscribeStatusString>accept</SubscribeStatusString><PopupScene>2</PopupScene></List></SubscribeMsgPopupEvent></xml>'
  const json =
    '\ufeff {"ToUserName":"gh_1","FromUserName":"o1","CreateTime":1760000000,"MsgType":"event","Event":"subscribe_msg_popup_event",' +
    '"SubscribeMsgPopupEvent":{"List":{"TemplateId":"T","SubscribeStatusString":"accept","PopupScene":2}}}\n'
  assert.deepEqual(plain(toInbound(readFields(json))), plain(toInbound(readFields(xml))))
})

test('ids in a JSON push keep all their digits, and no value becomes a number or a boolean', () => {
  assert.deepEqual(
    plain(readFields('{"MsgId":24681357902468213,"a":1e5,"b":-0.10,"c":true,"d":null,"e":"007"}')),
    {
      MsgId: '24681357902468213',
      a: '1e5',
      b: '-0.10',
      c: 'true',
      d: '',
      e: '007',
    },
  )
})

test('repeated keys, names like __proto__ and control characters in a JSON push do no harm', () => {
  const fields = readFields(
    '{"__proto__":{"x":1},"constructor":1,"toString":"a\u0001b","Actions":{"n":1},"Actions":{"n":2,"n":3},"k":"\\u0000\\ud800!"}',
  )
  assert.equal(Object.getPrototypeOf(fields), null)
  assert.deepEqual(plain(fields), {
    toString: 'ab',
    Actions: [{ n: '1' }, { n: ['2', '3'] }],
    k: '!',
  })
  assert.equal(({} as Record<string, unknown>)['x'], undefined)
  assert.ok(isRefused('{"FromUserName":"a","FromUserName":"b"}'))
})

test('a push that is not a JSON object, or is nested too deeply, too long or too large, is refused quickly', () => {
  for (const text of [
    '{',
    '{}x',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":01}',
    '{"a":"\\x"}',
    '{"a":"',
    '{"a":[1,]}',
    '{"a":.5}',
    '{"a":tru}',
  ]) {
    assert.ok(isRefused(text), text)
  }
  const bombs = [
    `{"a":${'['.repeat(60_000)}`,
    '{"a":'.repeat(12_000),
    `{"a":[${'1,'.repeat(30_000)}1]}`,
    `{"a":"${'\\'.repeat(60_000)}`,
    `{"a":"${'\\"'.repeat(30_000)}`,
    `{${' '.repeat(60_000)}`,
    `{"a":${'9'.repeat(60_000)}x}`,
  ]
  for (const text of bombs) {
    const times = [1, 2, 3].map(() =>
      cpuMs(() => {
        assert.ok(isRefused(text))
      }),
    )
    assert.ok(Math.min(...times) < 50, `${text.slice(0, 20)}: ${times.join(' ')} ms`)
  }
  assert.ok(isRefused(`{"a":"${'x'.repeat(1_048_576)}"}`))
})

test('a JSON push that JSON.parse accepts is read with the same texts; one it rejects is refused or harmless', () => {
  const leafs = (value: unknown): unknown => {
    if (value === null) return ''
    if (Array.isArray(value)) return value.map(leafs)
    if (typeof value !== 'object') return `${value as string | number | boolean}`
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, leafs(one)]))
  }
  const name = fc.constantFrom('A', 'b', 'Cc', 'D_1', 'length')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { depthSize: 'small' },
      fc
        .string({ unit: 'grapheme', maxLength: 6 })
        .map((text) => text.replace(/[\u0000-\u001f\ufffe\uffff]/g, '')),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('tree'),
    ),
  }))
  fc.assert(
    fc.property(tree, fc.constantFrom(undefined, 2), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      assert.deepEqual(plain(readFields(text)), leafs(JSON.parse(text)))
    }),
  )
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (json, where, splice) => {
      const at = where % (json.length + 1)
      isRefused(`{"a":${json.slice(0, at)}${splice}${json.slice(at)}}`)
    }),
  )
})

test('a passive reply of any type has a JSON form with the same names as its XML form', () => {
  const to = { openid: 'o', originalId: 'g', format: 'json' as const }
  const article = { title: 't"', description: 'd', url: 'u', pictureUrl: 'p' }
  assert.deepEqual(JSON.parse(renderReply(to, { type: 'news', articles: [article, article] }, 5)), {
    ToUserName: 'o',
    FromUserName: 'g',
    CreateTime: 5,
    MsgType: 'news',
    ArticleCount: 2,
    Articles: Array(2).fill({ Title: 't"', Description: 'd', PicUrl: 'p', Url: 'u' }),
  })
  const kinds: [PassiveReply, object][] = [
    [{ type: 'text', text: '<你"好>' }, { Content: '<你"好>' }],
    [{ type: 'image', mediaId: 'm' }, { Image: { MediaId: 'm' } }],
    [{ type: 'voice', mediaId: 'm' }, { Voice: { MediaId: 'm' } }],
    [
      { type: 'video', mediaId: 'm', title: 't', description: 'd' },
      { Video: { MediaId: 'm', Title: 't', Description: 'd' } },
    ],
    [
      { type: 'music', thumbMediaId: 'm', title: 't', musicUrl: 'u', hqMusicUrl: 'h' },
      { Music: { ThumbMediaId: 'm', Title: 't', MusicUrl: 'u', HQMusicUrl: 'h' } },
    ],
    [{ type: 'transfer_customer_service', kfAccount: 'k@a' }, { TransInfo: { KfAccount: 'k@a' } }],
    [{ type: 'transfer_customer_service' }, {}],
    [{ type: 'transfer_biz_ai_ivr' }, {}],
  ]
  for (const [reply, fields] of kinds) {
    assert.deepEqual(JSON.parse(renderReply(to, reply, 5)), {
      ToUserName: 'o',
      FromUserName: 'g',
      CreateTime: 5,
      MsgType: reply.type,
      ...fields,
    })
  }
})
