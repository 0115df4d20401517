// Compares what the SDK sends and returns for every call with WeChat's documents.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import {
  createClient,
  fetchVideo,
  oauthPage,
  qrcodePicture,
  WechatRefused,
  WechatUnreachable,
  type CustomContent,
} from 'wechat-api-ts'
import { rows, type Row, type Sent } from './call-rows.ts'
import {
  appid,
  fakeWechat,
  json,
  noAnswers,
  secret,
  storeWith,
  type Asked,
  type Handler,
} from './fake-wechat.ts'
import { readmes } from './readmes.ts'

const open = async (baseUrl: string) =>
  createClient({ appid, secret, baseUrl, tokens: await storeWith() })
type Calls = Record<string, Record<string, (ask: unknown) => Promise<unknown>>>

const bare = ['oauth', 'bySecret']

for (const { path, line, said } of rows) {
  test(`the call ${path} is sent and read as documented: ${line}`, async (t) => {
    const { url, asked } = await fakeWechat(t, (_asked, response) => {
      json(response, said.answer ?? said.get ?? { errcode: 0, errmsg: 'ok' })
    })
    const [topic = '', name = ''] = path.split('.')
    const got = await ((await open(url)) as unknown as Calls)[topic]![name]!(said.ask)
    assert.deepEqual(got, said.get)
    assert.equal(asked.length, 1)
    const one = asked[0]!
    assert.equal(`${one.method} ${one.path}`, line)
    if (!bare.includes(topic)) assert.equal(one.token, 'T1')
    check(one, said.sent ?? asSent(one, said.ask))
  })
}

function asSent({ method }: Asked, ask: unknown): Sent {
  return method === 'GET' ? { query: (ask ?? {}) as Record<string, string> } : { body: ask }
}

function check(one: Asked, { query = {}, body, upload }: Sent): void {
  assert.deepEqual(one.query, query)
  if (typeof body === 'string') assert.equal(one.raw.toString(), body)
  else if (!upload) assert.deepEqual(one.body, body ?? null)
  if (!upload) return
  const boundary =
    /^multipart\/form-data; boundary=([\w-]{10,70})$/.exec(one.type)?.[1] ?? assert.fail(one.type)
  const fields = Object.entries(upload.fields ?? {}).map(
    ([field, value]) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`,
  )
  assert.deepEqual(
    one.raw,
    Buffer.concat([
      Buffer.from(
        `${fields.join('')}--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${upload.name}"\r\nContent-Type: ${upload.type}\r\n\r\n`,
      ),
      upload.bytes,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  )
}

test('every call of the client is in the table of documented calls, and both READMEs show each of them', async (t) => {
  const { url } = await fakeWechat(t, () => undefined)
  const names = Object.entries(await open(url)).flatMap(([topic, calls]) =>
    typeof calls === 'function' ? [] : Object.keys(calls).map((name) => `${topic}.${name}`),
  )
  assert.deepEqual(rows.map(({ path }) => path).sort(), names.sort())
  for (const readme of readmes) {
    const text = readFileSync(readme, 'utf8')
    const missing = rows.filter(
      ({ path, line }: Row) => !text.includes(`| \`${line}\` | \`${path}\` |`),
    )
    assert.deepEqual(
      missing.map(({ path, line }) => `| \`${line}\` | \`${path}\` |`),
      [],
      readme,
    )
  }
})

test('every kind of customer-service message is sent in the documented form', async (t) => {
  const { url, asked } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0, errmsg: 'ok' })
  })
  const sdk = await open(url)
  const contents: {
    [Kind in CustomContent['msgtype']]: Extract<CustomContent, { msgtype: Kind }>
  } = {
    text: { msgtype: 'text', text: { content: 'a' } },
    image: { msgtype: 'image', image: { media_id: 'M' } },
    voice: { msgtype: 'voice', voice: { media_id: 'M' } },
    video: {
      msgtype: 'video',
      video: { media_id: 'M', thumb_media_id: 'T', title: 't', description: 'd' },
    },
    music: {
      msgtype: 'music',
      music: { title: 't', description: 'd', musicurl: 'u', hqmusicurl: 'h', thumb_media_id: 'T' },
    },
    news: {
      msgtype: 'news',
      news: { articles: [{ title: 't', description: 'd', url: 'u', picurl: 'p' }] },
    },
    mpnews: { msgtype: 'mpnews', mpnews: { media_id: 'M' } },
    mpnewsarticle: { msgtype: 'mpnewsarticle', mpnewsarticle: { article_id: 'A' } },
    msgmenu: {
      msgtype: 'msgmenu',
      msgmenu: { head_content: 'h', list: [{ id: '101', content: '满意' }], tail_content: 't' },
    },
    wxcard: { msgtype: 'wxcard', wxcard: { card_id: 'C' } },
    miniprogrampage: {
      msgtype: 'miniprogrampage',
      miniprogrampage: { title: 't', appid: 'wx', pagepath: 'p', thumb_media_id: 'T' },
    },
  }
  for (const content of Object.values(contents)) {
    await sdk.custom.send({
      touser: 'o1',
      ...content,
      customservice: { kf_account: 'agent1@madeupshop' },
    })
  }
  assert.deepEqual(
    asked.map(({ body }) => body),
    Object.values(contents).map((content) => ({
      touser: 'o1',
      ...content,
      customservice: { kf_account: 'agent1@madeupshop' },
    })),
  )
})

test('digits inside a text that look like an id remain text', async (t) => {
  const { url, asked } = await fakeWechat(t, (_asked, response) => {
    json(response, { errcode: 0, errmsg: 'ok' })
  })
  const content = '{"msgid":"12","msg_id": 5}\\"msgid":"7"'
  await (await open(url)).custom.send({ touser: 'o1', msgtype: 'text', text: { content } })
  assert.equal(asked[0]!.body.text.content, content)
})

const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0x7b])

test('a downloaded file is distinguished from an error by its content, whatever its header says', async (t) => {
  const said: { handle: Handler } = { handle: () => undefined }
  const { url } = await fakeWechat(t, (asked, response, request) => {
    said.handle(asked, response, request)
  })
  const { media, material } = await open(url)
  const both = [() => media.get({ media_id: 'M' }), () => material.get({ media_id: 'M' })]

  said.handle = (_asked, response) => {
    response.setHeader('content-type', 'image/jpeg').end(jpeg)
  }
  for (const download of both) {
    assert.deepEqual(await download(), { kind: 'file', bytes: jpeg, contentType: 'image/jpeg' })
  }

  const type = ['image/jpeg', 'text/plain', 'application/json']
  for (const contentType of type) {
    said.handle = (_asked, response) => {
      response
        .setHeader('content-type', contentType)
        .end(' {"errcode":40007,"errmsg":"invalid media_id"}')
    }
    for (const download of both) {
      await assert.rejects(
        download,
        (error) => error instanceof WechatRefused && error.errcode === 40007,
      )
    }
  }
  said.handle = (_asked, response) => {
    json(response, { news_item: [{ title: 't', content: 'c', thumb_media_id: 'T' }] })
  }
  assert.deepEqual(await material.get({ media_id: 'M' }), {
    kind: 'news',
    news_item: [{ title: 't', content: 'c', thumb_media_id: 'T' }],
  })
  for (const [name, handle] of Object.entries(noAnswers).filter(
    ([name]) => !['a list', 'no errcode'].includes(name),
  )) {
    said.handle = handle
    await assert.rejects(
      media.get({ media_id: 'M' }),
      (error) => error instanceof WechatUnreachable && error.bytesLeft,
      name,
    )
  }
})

test('the client stops reading an answer that never ends', async (t) => {
  const { url } = await fakeWechat(t, (_asked, response) => {
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(1_048_576, 1)));
    }
    response.on('drain', more)
    more()
  })
  const { media, tags } = await open(url)
  await assert.rejects(
    media.get({ media_id: 'M' }),
    (error) => error instanceof WechatUnreachable && error.reason === 'answer_too_large',
  )
  await assert.rejects(
    tags.list(),
    (error) => error instanceof WechatUnreachable && error.reason === 'answer_too_large',
  )
})

test('a video is downloaded without sending the access token', async (t) => {
  const { url, asked } = await fakeWechat(t, (_asked, response) => {
    response.setHeader('content-type', 'video/mp4').end(jpeg)
  })
  assert.deepEqual(await fetchVideo(`${url}/v?key=1`), { bytes: jpeg, contentType: 'video/mp4' })
  assert.deepEqual(
    asked.map(({ method, path, query, token }) => [method, path, query, token]),
    [['GET', '/v', { key: '1' }, null]],
  )
  const moved = await fakeWechat(t, noAnswers['a redirect']!)
  await assert.rejects(fetchVideo(`${moved.url}/v`), WechatUnreachable)
})

test("the addresses of WeChat's pages and pictures are as documented", () => {
  assert.equal(
    qrcodePicture('gQ/=='),
    'https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ%2F%3D%3D',
  )
  assert.equal(
    oauthPage({
      appid: 'wx1',
      redirectUri: 'https://a.example/b?c=1',
      scope: 'snsapi_base',
      state: 's s',
    }),
    'https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fa.example%2Fb%3Fc%3D1' +
      '&response_type=code&scope=snsapi_base&state=s%20s#wechat_redirect',
  )
})
