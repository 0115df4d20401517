import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sample } from 'wechat-simulator'
import { customTypes } from '#simulator/api/custom'
import { appid, openApi, openid, openScene } from './support.ts'
import type { Ending, Json } from './support.ts'

async function open(t: Ending) {
  const scene = await openScene(t)
  const api = await openApi(scene)
  await scene.say('hello')
  const upload = async (type: string, file: string) => {
    const answer = await api.upload(`/cgi-bin/media/upload?type=${type}`, sample(file))
    return answer['media_id'] ?? answer['thumb_media_id']
  }
  return { scene, api, upload }
}

test('in the simulator every kind of message that may be sent is shown on the phone', async (t) => {
  const { scene, api, upload } = await open(t)
  const [image, voice, video, thumb] = await Promise.all([
    upload('image', 'cat.jpg'),
    upload('voice', 'voice.amr'),
    upload('video', 'video.mp4'),
    upload('thumb', 'thumb.jpg'),
  ])
  const { media_id: news } = await api.ask('/cgi-bin/draft/add', {
    articles: [{ title: 't', content: 'c' }],
  })
  const article = {
    title: 't',
    description: 'd',
    url: 'https://example.com',
    picurl: 'https://example.com/p.jpg',
  }
  const menu = {
    head_content: 'h',
    list: [
      { id: '101', content: '满意' },
      { id: 102, content: '不满意' },
    ],
    tail_content: 't',
  }
  const all: [string, Json][] = [
    ['text', { content: 'see <a href="https://example.com">this</a> & <b>' }],
    ['image', { media_id: image }],
    ['voice', { media_id: voice }],
    ['video', { media_id: video, thumb_media_id: thumb, title: 't' }],
    ['music', { musicurl: 'http://x/', thumb_media_id: thumb, title: 't' }],
    ['news', { articles: [article] }],
    ['msgmenu', menu],
    ['mpnews', { media_id: news }],
    ['mpnewsarticle', { article_id: 'a1' }],
    ['wxcard', { card_id: 'c1' }],
    [
      'miniprogrampage',
      { title: 't', appid: 'wx1', pagepath: 'pages/index', thumb_media_id: thumb },
    ],
  ]
  assert.deepEqual(all.map(([type]) => type).sort(), customTypes.toSorted())
  for (const [type, part] of all) {
    await scene.say('more')
    assert.equal(await api.send(type, part), 0, type)
  }
  assert.deepEqual(
    (await scene.inbox()).map((item) => [item['way'], item['type']]),
    all.map(([type]) => ['custom', type]),
  )
  assert.equal((await scene.inbox())[6]?.['text'], 'h\n满意\n不满意\nt')
})

for (const [what, type, part, errcode] of [
  ['an unknown kind', 'hologram', {}, 40008],
  ['a location', 'location', {}, 40008],
  ['a file', 'file', {}, 40008],
  ['a link, which only mini programs may send,', 'link', { title: 't', url: 'http://x/' }, 45050],
  ['a text that is no text', 'text', { content: 5 }, 47001],
  ['a part that is no object', 'text', 'hello', 47001],
  ['a text without content', 'text', {}, 44004],
  ['2049 bytes', 'text', { content: 'x'.repeat(2049) }, 45002],
  ['a broken link', 'text', { content: '<a href="x>y</a>' }, 40213],
  ['a link without href', 'text', { content: '<a class="x">y</a>' }, 40213],
  ['a link without text', 'text', { content: '<a href="x"> </a>' }, 40214],
  ['an image without id', 'image', {}, 41006],
  ['a number as media id', 'image', { media_id: 5 }, 47001],
  ['articles that are no list', 'news', { articles: {} }, 45162],
  ['no article', 'news', { articles: [] }, 44003],
  ['two articles', 'news', { articles: [{ title: 'a' }, { title: 'b' }] }, 45008],
  ['a title too long', 'news', { articles: [{ title: 'x'.repeat(300) }] }, 45003],
  ['a menu without list', 'msgmenu', { head_content: 'h' }, 47001],
  ['an entry without text', 'msgmenu', { list: [{ id: '1' }] }, 44004],
  [
    'a menu too long',
    'msgmenu',
    { list: Array.from({ length: 21 }, (_, n) => ({ id: String(n), content: 'x' })) },
    45098,
  ],
  ['an entry too long', 'msgmenu', { list: [{ id: '1', content: 'x'.repeat(300) }] }, 45099],
  ['a mini program without page', 'miniprogrampage', { appid: 'wx1', title: 't' }, 40165],
] as const) {
  test(`the simulator refuses ${what} with ${errcode}, and this uses up nothing of the reply window`, async (t) => {
    const { scene, api } = await open(t)
    assert.equal(await api.send(type, part), errcode)
    for (const n of [1, 2, 3, 4, 5]) assert.equal(await api.send('text', { content: String(n) }), 0)
    assert.equal((await scene.inbox()).length, 5)
  })
}

test('the simulator refuses escaped letters, a list as body, an empty body and an unknown path', async (t) => {
  const { scene, api } = await open(t)
  const token = await scene.accessToken()
  const at = `/cgi-bin/message/custom/send?access_token=${token}`
  const text = (content: string) =>
    `{"touser":"${openid}","msgtype":"text","text":{"content":"${content}"}}`
  assert.equal((await scene.call('POST', at, text('\\u4f60')))['errcode'], 40033)
  assert.equal((await scene.call('POST', at, text('\\\\u4f60 \\u0007')))['errcode'], 0)
  assert.equal((await scene.call('POST', at, '[]'))['errcode'], 47001)
  assert.equal((await scene.call('POST', at))['errcode'], 44002)
  assert.equal((await api.ask('/cgi-bin/no/such/path', {}))['errcode'], 40066)
})

test('the simulator refuses messages to followers who blocked the account or unsubscribed, and the code for the latter can be chosen', async (t) => {
  const { scene, api } = await open(t)
  const text = () => api.send('text', { content: 'x' })
  await scene.call('PATCH', `/sim/followers/${openid}`, { appid, blocked: true })
  assert.equal(await text(), 48002)
  await scene.call('PATCH', `/sim/followers/${openid}`, { appid, blocked: false })
  assert.equal(await text(), 0)
  await scene.happen('unsubscribe')
  assert.equal(await text(), 45015)
  await scene.change({ codes: { unfollowed: 43004 } })
  assert.equal(await text(), 43004)
})

test('in the simulator a tap on a menu message allows three replies for a minute instead of five in two days', async (t) => {
  const scene = await openScene(t)
  const api = await openApi(scene)
  await scene.say('满意', { bizmsgmenuid: '101' })
  assert.match(scene.pushes[0]?.body ?? '', /<\/MsgId>\n<bizmsgmenuid><!\[CDATA\[101\]\]>/)
  for (const n of [1, 2, 3]) assert.equal(await api.send('text', { content: String(n) }), 0)
  assert.equal(await api.send('text', { content: '4' }), 45047)
  await scene.advance(60_000)
  assert.equal(await api.send('text', { content: '5' }), 45015)
})

test('in the simulator "typing" is accepted only within thirty seconds of a message, and lasts fifteen seconds, or until the next message or a cancellation', async (t) => {
  const { scene, api } = await open(t)
  const type = async (command: string) =>
    (await api.ask('/cgi-bin/message/custom/typing', { touser: openid, command }))['errcode']
  const isTyping = async () => {
    const { items } = (await scene.call('GET', `/sim/followers?appid=${appid}`)) as {
      items: { typingUntil: number }[]
    }
    return (
      (items[0]?.typingUntil ?? 0) >
      Date.parse(String((await scene.call('GET', '/sim/clock'))['now']))
    )
  }
  assert.deepEqual(
    [await type('Dancing'), await type('Typing'), await type('Typing'), await isTyping()],
    [45072, 0, 45081, true],
  )
  assert.equal(await api.send('text', { content: 'x' }), 0)
  assert.equal(await isTyping(), false)
  assert.deepEqual(
    [await type('Typing'), await type('CancelTyping'), await isTyping()],
    [0, 0, false],
  )
  assert.equal(await type('Typing'), 0)
  await scene.advance(10_000)
  assert.equal(await isTyping(), true)
  await scene.advance(5000)
  assert.equal(await isTyping(), false)
  await scene.advance(16_000)
  assert.equal(await type('Typing'), 45080)
  await scene.advance(48 * 3600_000)
  assert.equal(
    (
      await (
        await openApi(scene)
      ).ask('/cgi-bin/message/custom/typing', { touser: openid, command: 'Typing' })
    )['errcode'],
    45015,
  )
})

test('the simulator refuses calls of accounts that lack the permission', async (t) => {
  const { scene, api } = await open(t)
  await scene.change({ kind: 'subscription' })
  assert.equal(await api.send('msgmenu', { list: [{ id: '1', content: 'x' }] }), 40200)
  await scene.change({ kind: 'unverified' })
  assert.equal(await api.send('text', { content: 'x' }), 48001)
})
