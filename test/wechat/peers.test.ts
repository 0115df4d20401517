// Exchanges messages with the npm packages wechat and wechat-crypto, which were written by others:
// each side must understand the other.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import express from 'express'
import fc from 'fast-check'
import {
  decryptMessage,
  encryptMessage,
  openPush,
  readXml,
  renderReply,
  signature,
  webhook,
  type AccountKeys,
  type PassiveReply,
  type XmlNode,
  type XmlValue,
} from 'wechat-api-ts'
import {
  listen,
  post,
  theirCrypto,
  wechat,
  xml2js,
  type Posted,
  type TheirFields,
} from './peers.ts'
import { vectors, xmlOf } from './vectors.ts'

const { token, appid, encodingAESKey, originalId, openid } = vectors.constants
const keys: AccountKeys = { appid, token, encodingAesKey: encodingAESKey, mode: 'compatible' }
const crypto = theirCrypto(token, encodingAESKey, appid)
const modes = ['plain', 'safe'] as const
const text = fc.string({ unit: 'grapheme', maxLength: 200 })

test('our envelopes and those of the package wechat-crypto decrypt each other, with equal signatures', () => {
  fc.assert(
    fc.property(text, fc.nat().map(String), fc.nat().map(String), (message, timestamp, nonce) => {
      const theirs = crypto.encrypt(message)
      assert.equal(decryptMessage(encodingAESKey, appid, theirs), message)
      const ours = encryptMessage(encodingAESKey, appid, message)
      assert.deepEqual(crypto.decrypt(ours), { message, id: appid })
      assert.equal(
        crypto.getSignature(timestamp, nonce, ours),
        signature([token, timestamp, nonce, ours]),
      )
    }),
    { numRuns: 300 },
  )
})

const envelope = (encrypted: string) =>
  `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
const at = () => ({ timestamp: String(Math.floor(Date.now() / 1000)), nonce: '1234567890' })

/**
 * Makes a push as WeChat would send it, signed and, depending on the mode, encrypted by our own
 * code.
 */
function ourPush(xml: string, mode: (typeof modes)[number]): Posted {
  const { timestamp, nonce } = at()
  if (mode === 'plain') {
    return {
      query: new URLSearchParams({
        timestamp,
        nonce,
        signature: signature([token, timestamp, nonce]),
      }).toString(),
      body: xml,
    }
  }
  const encrypted = encryptMessage(encodingAESKey, appid, xml)
  const msg_signature = signature([token, timestamp, nonce, encrypted])
  return {
    query: new URLSearchParams({ timestamp, nonce, encrypt_type: 'aes', msg_signature }).toString(),
    body: envelope(encrypted),
  }
}

/**
 * Makes a push that the npm package wechat-crypto has encrypted, to see whether the SDK reads it.
 */
function theirPush(xml: string): Posted {
  const { timestamp, nonce } = at()
  const encrypted = crypto.encrypt(xml)
  const query = new URLSearchParams({
    timestamp,
    nonce,
    encrypt_type: 'aes',
    msg_signature: crypto.getSignature(timestamp, nonce, encrypted),
  })
  return { query: query.toString(), body: envelope(encrypted) }
}

type Reply = unknown
async function theirServer(
  t: TestContext,
  answer: (fields: TheirFields) => Reply,
): Promise<string> {
  const app = express()
  app.use(
    '/',
    wechat({ token, appid, encodingAESKey }, (request, response) => {
      const said = answer(request.weixin)
      if (typeof said === 'object' && said !== null && 'transfer' in said) {
        response.transfer2CustomerService(said.transfer as string | undefined)
      } else response.reply(said)
    }),
  )
  return listen(t, app)
}

/** Decrypts an answer of the webhook like WeChat does, and returns its fields. */
function opened(answer: string, mode: (typeof modes)[number]): XmlNode {
  const outer = readXml(answer)
  if (mode === 'plain') return outer
  const { Encrypt = '', MsgSignature, TimeStamp = '', Nonce = '' } = outer as Record<string, string>
  assert.equal(signature([token, TimeStamp, Nonce, Encrypt]), MsgSignature)
  return readXml(
    decryptMessage(encodingAESKey, appid, Encrypt) ?? assert.fail('sealed with another key'),
  )
}

const textPush = (content: string) =>
  `<xml><ToUserName><![CDATA[${originalId}]]></ToUserName><FromUserName><![CDATA[${openid}]]></FromUserName>` +
  `<CreateTime>1760000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content><MsgId>6526133992738756795</MsgId></xml>`
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>

const theirReplies: [string, Reply, XmlNode][] = [
  ['text', '您好 <a href="https://x">y</a> 😀', { Content: '您好 <a href="https://x">y</a> 😀' }],
  ['image', { type: 'image', content: { mediaId: 'm' } }, { Image: { MediaId: 'm' } }],
  ['voice', { type: 'voice', content: { mediaId: 'm' } }, { Voice: { MediaId: 'm' } }],
  [
    'video',
    { type: 'video', content: { mediaId: 'm', title: 't', description: 'd' } },
    { Video: { MediaId: 'm', Title: 't', Description: 'd' } },
  ],
  [
    'music',
    { title: 't', description: 'd', musicUrl: 'a', hqMusicUrl: 'b', thumbMediaId: 'm' },
    { Music: { Title: 't', Description: 'd', MusicUrl: 'a', HQMusicUrl: 'b', ThumbMediaId: 'm' } },
  ],
  [
    'news',
    [{ title: 't', description: 'd', picurl: 'p', url: 'u' }],
    {
      ArticleCount: '1',
      Articles: { item: [{ Title: 't', Description: 'd', PicUrl: 'p', Url: 'u' }] },
    },
  ],
  ['transfer_customer_service', { transfer: undefined }, {}],
  ['transfer_customer_service', { transfer: 'a@b' }, { TransInfo: { KfAccount: 'a@b' } }],
]
for (const mode of modes) {
  for (const [type, reply, inside] of theirReplies) {
    test(`${mode} mode: the package wechat reads our push of a text, and we read its answer of type ${type}, ${JSON.stringify(reply)}`, async (t) => {
      const heard: TheirFields[] = []
      const url = await theirServer(t, (fields) => {
        heard.push(fields)
        return reply
      })
      const answer = plain(opened(await post(url, ourPush(textPush('你好'), mode)), mode))
      assert.equal(heard[0]?.['Content'], '你好')
      const { CreateTime, ...rest } = answer
      assert.match(String(CreateTime), /^\d+$/)
      assert.deepEqual(rest, {
        ToUserName: openid,
        FromUserName: originalId,
        MsgType: type,
        ...inside,
      })
    })
  }
}

const article = { title: 't', description: 'd', url: 'u', pictureUrl: 'p' }
const ourReplies: [PassiveReply, TheirFields][] = [
  [{ type: 'text', text: '您好 ]]> 😀' }, { Content: '您好 ]]> 😀' }],
  [{ type: 'image', mediaId: 'm' }, { Image: { MediaId: 'm' } }],
  [{ type: 'voice', mediaId: 'm' }, { Voice: { MediaId: 'm' } }],
  [
    { type: 'video', mediaId: 'm', title: 't', description: 'd' },
    { Video: { MediaId: 'm', Title: 't', Description: 'd' } },
  ],
  [
    {
      type: 'music',
      thumbMediaId: 'm',
      title: 't',
      description: 'd',
      musicUrl: 'a',
      hqMusicUrl: 'b',
    },
    { Music: { Title: 't', Description: 'd', MusicUrl: 'a', HQMusicUrl: 'b', ThumbMediaId: 'm' } },
  ],
  [
    { type: 'news', articles: [article] },
    {
      ArticleCount: '1',
      Articles: { item: { Title: 't', Description: 'd', PicUrl: 'p', Url: 'u' } },
    },
  ],
  [{ type: 'transfer_customer_service' }, {}],
  [{ type: 'transfer_customer_service', kfAccount: 'a@b' }, { TransInfo: { KfAccount: 'a@b' } }],
  [{ type: 'transfer_biz_ai_ivr' }, {}],
]
for (const mode of modes) {
  for (const [reply, inside] of ourReplies) {
    test(`${mode} mode: our webhook reads a push${mode === 'safe' ? ' of wechat-crypto' : ''}, and the package wechat reads our answer ${JSON.stringify(reply)}`, async (t) => {
      const url = await listen(t, (request, response) => {
        void webhook(keys, () => reply)(request, response)
      })
      const answer = await post(
        url,
        mode === 'plain' ? ourPush(textPush('你好'), 'plain') : theirPush(textPush('你好')),
      )
      // the package wechat reads our answer as if it were a push; if it is encrypted, its signature
      // is checked as well
      const {
        Encrypt = '',
        MsgSignature = '',
        TimeStamp = '',
        Nonce = '',
      } = readXml(answer) as Record<string, string>
      assert.equal(mode === 'safe', Encrypt !== '')
      const query = new URLSearchParams({
        timestamp: TimeStamp,
        nonce: Nonce,
        encrypt_type: 'aes',
        msg_signature: MsgSignature,
      }).toString()
      const heard: TheirFields[] = []
      const theirs = await theirServer(t, (fields) => {
        heard.push(fields)
        return ''
      })
      await post(
        theirs,
        mode === 'plain' ? { ...ourPush('', 'plain'), body: answer } : { query, body: answer },
      )
      const { CreateTime, ...rest } = heard[0] ?? assert.fail('not heard')
      assert.match(String(CreateTime), /^\d{10}$/)
      assert.deepEqual(rest, {
        ToUserName: openid,
        FromUserName: originalId,
        MsgType: reply.type,
        ...inside,
      })
    })
  }
}

test('a text that contains the end of CDATA is damaged by the package wechat, but not by us', async (t) => {
  const url = await theirServer(t, () => 'a]]>b')
  assert.equal(
    opened(await post(url, ourPush(textPush('x'), 'plain')), 'plain')['Content'],
    'ab]]>',
  )
  const ours = renderReply({ openid, originalId }, { type: 'text', text: 'a]]>b' }, 1)
  assert.equal(readXml(ours)['Content'], 'a]]>b')
})

// vectors with forbidden characters, forbidden names or attributes are left out, because the other
// packages keep what we drop
const comparable = vectors.inbound_xml.filter(
  ({ name, expect }) => expect.ok && expect.warnings?.length === 0 && name !== 'attributes_ignored',
)
/**
 * Changes a value to what the other packages make of it: they turn a list of one into its entry and
 * trim white space.
 */
const asThey = (value: XmlValue): unknown => {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.length === 1 ? asThey(value[0] ?? '') : value.map(asThey)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asThey(inner)]))
}

test('the package wechat reads the pushes of our test vectors like we do, plain and encrypted', async (t) => {
  const heard: TheirFields[] = []
  const url = await theirServer(t, (fields) => {
    heard.push(fields)
    return ''
  })
  assert.ok(comparable.length > 30)
  for (const vector of comparable) {
    const xml = xmlOf(vector).replace(/^\ufeff/, '')
    for (const mode of modes) {
      const pushed = ourPush(xml, mode)
      await post(url, pushed)
      const { inbound } = openPush(keys, new URLSearchParams(pushed.query), pushed.body)
      assert.deepEqual(heard.at(-1), asThey(inbound.fields), vector.name)
    }
  }
})

test('plain xml2js reads the pushes of our test vectors like we do', () => {
  for (const vector of comparable) {
    const parser = new xml2js.Parser({
      explicitArray: false,
      explicitRoot: false,
      trim: true,
      emptyTag: '',
    })
    let theirs: unknown
    parser.parseString(xmlOf(vector), (error: Error | null, value: unknown) => {
      theirs = error ?? value
    })
    assert.deepEqual(plain(theirs), asThey(readXml(xmlOf(vector))), vector.name)
  }
})
