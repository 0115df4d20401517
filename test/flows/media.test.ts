// Tests pictures, voices and videos in both directions: from the follower to the agent and back.
import assert from 'node:assert/strict'
import test from 'node:test'
import { personStream } from '../../rules/session/stream.ts'
import { openHouse, post, type Actor, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { gif } from '../support/files.ts'

type Line = {
  id: string
  seq: number
  type: string
  messageType: number
  text?: string
  media?: any
  location?: any
  link?: any
}
const linesOf = async (agent: Actor, id: string) =>
  (await agent.call('GET', `/api/sessions/${id}/messages`)).body.items as Line[]
const mediaFault = (house: House, fault: object) =>
  post(`${house.simulator}/sim/faults`, { path: '/cgi-bin/media/get', ...fault })
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

async function desk(
  t: { after: (close: () => Promise<void>) => void },
  more: { withoutCron?: boolean } = {},
) {
  const house = await openHouse({ rules: false, ...more })
  t.after(() => house.close())
  const customer = await follower(house)
  const agent = await house.agent('agent1')
  return { house, customer, agent }
}

void test('five messages of five types reach the agent with their content; five replies reach the follower, and a sixth is refused before it is sent because the window is used up', async (t) => {
  const { house, customer, agent } = await desk(t)
  await customer.says('', { type: 'image' })
  await customer.says('', { type: 'voice', recognition: '听得见吗' })
  await customer.says('', { type: 'video' })
  await customer.says('', {
    type: 'location',
    location: { latitude: 23.134521, longitude: 113.358803, scale: 20, label: '广州市天河区' },
  })
  await customer.says('', {
    type: 'link',
    link: { title: '标题', description: '说明', url: 'https://example.com/a?b=1&c=2' },
  })
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const lines = await eventually(async () => {
    const some = await linesOf(agent, id)
    assert.deepEqual(
      some.slice(0, 3).map((line) => line.media.state),
      ['ready', 'ready', 'ready'],
    )
    assert.ok(some[2]?.media.thumb)
    return some
  })
  assert.deepEqual(
    lines.map((line) => [line.type, line.messageType]),
    [
      ['image', 2],
      ['voice', 3],
      ['video', 4],
      ['location', 5],
      ['link', 6],
    ],
  )
  assert.equal(lines[1]?.text, '听得见吗')
  assert.deepEqual(lines[3]?.location, {
    latitude: 23.134521,
    longitude: 113.358803,
    scale: 20,
    label: '广州市天河区',
  })
  assert.deepEqual(lines[4]?.link, {
    title: '标题',
    description: '说明',
    url: 'https://example.com/a?b=1&c=2',
  })
  for (const [at, type] of [
    [0, 'image/jpeg'],
    [1, 'audio/amr'],
    [2, 'video/mp4'],
  ] as const) {
    const { media } = lines[at] ?? {}
    const got = await agent.get(media.url)
    assert.equal(got.headers.get('content-type'), type)
    const bytes = await got.arrayBuffer()
    assert.ok(bytes.byteLength > 100)
    assert.equal(bytes.byteLength, media.size)
    assert.equal(media.mime, type)
  }
  assert.equal(
    (await agent.get(lines[2]?.media.thumb.url)).headers.get('content-type'),
    'image/jpeg',
  )
  assert.equal((await agent.get(lines[2]?.media.url, { Range: 'bytes=0-11' })).status, 206)

  for (let n = 1; n <= 5; n += 1) {
    const sent = await agent.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId: `m${n}`,
      type: 'text',
      text: `第${n}句`,
    })
    assert.equal(sent.status, 202)
    assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.window.remaining, 5 - n)
  }
  await eventually(async () => {
    assert.equal((await customer.inbox()).length, 5)
  })
  const calls = async () =>
    (
      (await (await fetch(`${house.simulator}/sim/ledger?limit=10000`)).json()) as {
        items: { path: string }[]
      }
    ).items.filter((item) => item.path === '/cgi-bin/message/custom/send').length
  const before = await calls()
  const sixth = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'm6',
    type: 'text',
    text: '第六句',
  })
  assert.deepEqual([sixth.status, sixth.body.error.code], [422, 'reply_budget_used'])
  assert.match(sixth.body.error.message, /wait until they write again/)
  assert.equal(await calls(), before, 'WeChat was not asked')
  assert.equal((await linesOf(agent, id)).length, 10)

  const heard = (
    await house.rows<{ type: string }>(
      'select type from stream_event where stream = ? order by `offset`',
      [personStream(agent.uid)],
    )
  ).map((row) => row.type)
  assert.ok(heard.filter((type) => type === 'window.changed').length >= 5)
  await customer.says('还有')
  assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.window.remaining, 5)
})

void test('an error message in place of a picture is never stored as the picture; the download is repeated and succeeds', async (t) => {
  const { house, customer, agent } = await desk(t)
  await mediaFault(house, { kind: 'errcode', errcode: -1, next: 1 })
  await customer.says('', { type: 'image', file: base64(gif) })
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const fetches = () =>
    house.rows<{ state: string; attempts: number; reason: string | null }>(
      'select state, attempts, reason from media_fetch',
    )
  await eventually(async () => {
    assert.deepEqual(await fetches(), [{ state: 'pending', attempts: 1, reason: 'errcode -1' }])
  })
  assert.equal((await linesOf(agent, id))[0]?.media.state, 'pending')
  assert.deepEqual(await house.rows('select resources_id from resources'), [])

  await mediaFault(house, { kind: 'html', next: 1 })
  await house.app.advanceTo(2 * 60_000)
  await eventually(async () => {
    assert.equal((await fetches())[0]?.attempts, 2)
  }, 'movedClock')
  await house.app.advanceTo(10 * 60_000)
  await eventually(async () => {
    assert.equal((await linesOf(agent, id))[0]?.media.state, 'ready')
  }, 'movedClock')
  const { media } = (await linesOf(agent, id))[0] ?? {}
  assert.deepEqual(new Uint8Array(await (await agent.get(media.url)).arrayBuffer()), gif)
  const changed = await house.rows<{ data: string }>(
    "select data from stream_event where type = 'message.changed'",
  )
  assert.equal(JSON.parse(changed[0]?.data ?? '{}').media.id, media.id)
})

void test('a file that WeChat no longer has is marked as lost on its line, and an address sent by a follower is never opened', async (t) => {
  const { house, customer, agent } = await desk(t)
  const { createServer } = await import('node:http')
  const opened: string[] = []
  const canary = createServer((request, response) => {
    opened.push(request.url ?? '')
    response.end(gif)
  })
  await new Promise<void>((resolve) => {
    canary.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    canary.close()
  })
  const at = `http://127.0.0.1:${(canary.address() as { port: number }).port}`
  await customer.says('', { type: 'image', mediaId: 'media_that_never_was', picUrl: `${at}/pic` })
  await customer.says('', {
    type: 'link',
    link: { title: 't', description: 'd', url: `${at}/link` },
  })
  await customer.says(`${at}/text`)
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  for (let minutes = 2; minutes < 64; minutes *= 2) {
    await house.app.advanceTo(minutes * 60_000)
    await eventually(async () => {
      const [row] = await house.rows<{ retry_at: number; state: string }>(
        'select retry_at, state from media_fetch',
      )
      assert.ok(row && (row.state === 'lost' || row.retry_at > house.app.ports.clock.now()))
    }, 'movedClock')
  }
  assert.deepEqual(await house.rows('select state, reason from media_fetch'), [
    { state: 'lost', reason: 'gone' },
  ])
  const [line] = await linesOf(agent, id)
  assert.deepEqual(line?.media, { state: 'lost', reason: 'gone' })
  assert.equal(
    JSON.stringify(await linesOf(agent, id)).includes('/pic'),
    false,
    'nor is it handed on to a browser',
  )
  assert.deepEqual(opened, [])
})

void test('a file is not given up because WeChat says once, after three other failures, that it does not have it', async (t) => {
  const { house, customer, agent } = await desk(t)
  const state = async () =>
    (await house.rows<{ state: string; attempts: number }>('select * from media_fetch'))[0]
  const failed = (attempts: number) =>
    eventually(async () => {
      const row = await state()
      assert.deepEqual([row?.state, row?.attempts], ['pending', attempts])
    }, 'movedClock')
  await mediaFault(house, { kind: 'errcode', errcode: -1, next: 3 })
  await customer.says('', { type: 'image', file: base64(gif) })
  await agent.call('POST', '/api/sessions/claim', {})
  for (const [attempts, minutes] of [0, 2, 5].entries()) {
    if (minutes > 0) await house.app.advanceTo(minutes * 60_000)
    await failed(attempts + 1)
  }
  await mediaFault(house, { kind: 'errcode', errcode: 40007, next: 1 })
  await house.app.advanceTo(12 * 60_000)
  await failed(4)
  await house.app.advanceTo(40 * 60_000)
  await eventually(async () => {
    assert.equal((await state())?.state, 'fetched')
  }, 'movedClock')
})

void test("a follower's file that could not be downloaded for three days is marked as lost", async (t) => {
  const { house, customer } = await desk(t)
  await mediaFault(house, { kind: 'errcode', errcode: 45009, next: 0 })
  await customer.says('', { type: 'voice' })
  await eventually(async () => {
    assert.equal(
      (await house.rows<{ attempts: number }>('select attempts from media_fetch'))[0]?.attempts,
      1,
    )
  })
  await house.app.advanceTo(73 * 3600_000)
  await eventually(async () => {
    assert.deepEqual(await house.rows('select state, reason from media_fetch'), [
      { state: 'lost', reason: 'expired' },
    ])
  }, 'movedClock')
})

void test('lines that an older release did not understand are read again by a job, once, and their files are downloaded', async (t) => {
  const { house, customer, agent } = await desk(t, { withoutCron: true })
  await customer.says('', { type: 'image' })
  await customer.says('', {
    type: 'location',
    location: { latitude: 1.5, longitude: 2.5, scale: 9, label: '家' },
  })
  await customer.says('', { type: 'hologram' })
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await eventually(async () => {
    assert.equal((await linesOf(agent, id))[0]?.media.state, 'ready')
  })
  const [image] = await house.rows<{ media_id: string; customer_wx_openid: string }>(
    "select media_id, customer_wx_openid from message_data where type = 'image'",
  )
  // stores the lines as release 0.1 did, which did not understand these types and kept only their
  // XML
  const raw = (inner: string) =>
    `<xml><ToUserName>gh_000000000001</ToUserName><FromUserName>${customer.openid}</FromUserName><CreateTime>1</CreateTime>${inner}<MsgId>1</MsgId></xml>`
  const old = [
    raw(
      `<MsgType>image</MsgType><PicUrl>http://mmbiz.qpic.cn/1</PicUrl><MediaId>${image?.media_id}</MediaId>`,
    ),
    raw(
      '<MsgType>location</MsgType><Location_X>1.5</Location_X><Location_Y>2.5</Location_Y><Scale>9</Scale><Label>家</Label>',
    ),
  ]
  await house.app.ports.store.work('rest', async (unit) => {
    await unit.sql.run('delete from media_fetch')
    for (const [at, xml] of old.entries()) {
      await unit.sql.run(
        "update message_data set message_type = 0, type = 'other', media_id = null, file_url = null, resources_id = null, lng = null, lat = null," +
          ' map_scale = null, map_label = null, extra = ? where session_id = ? and seq = ?',
        [JSON.stringify({ xml }), id, at + 1],
      )
    }
  })
  assert.deepEqual(
    (await linesOf(agent, id)).map((line) => line.type),
    ['other', 'other', 'other'],
  )
  const ran = await house.admin.call('POST', '/api/admin/jobs/reread/run', {})
  assert.deepEqual(ran.body.result, { reread: 2, still: 1 })
  await eventually(async () => {
    assert.equal((await linesOf(agent, id))[0]?.media.state, 'ready')
  })
  assert.deepEqual((await linesOf(agent, id))[1]?.location, {
    latitude: 1.5,
    longitude: 2.5,
    scale: 9,
    label: '家',
  })
  assert.deepEqual((await house.admin.call('POST', '/api/admin/jobs/reread/run', {})).body.result, {
    reread: 0,
    still: 0,
  })
})

void test("a picture of the vault is uploaded to WeChat once, sent by WeChat's id, and uploaded again after WeChat has forgotten it", async (t) => {
  const { house, customer, agent } = await desk(t)
  await customer.says('有图吗')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const picture = (await agent.upload(gif, '价目表.gif')).body
  const calls = async () =>
    (
      (await (await fetch(`${house.simulator}/sim/ledger?limit=10000`)).json()) as {
        items: { path: string; errcode?: number }[]
      }
    ).items
  const uploads = async () =>
    (await calls()).filter((item) => item.path === '/cgi-bin/media/upload' && !item.errcode).length
  const send = (clientMsgId: string, more: object = {}) =>
    agent.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId,
      type: 'image',
      mediaId: picture.id,
      ...more,
    })
  const onPhone = () =>
    customer.inbox().then((items) => items.filter((item) => item.type === 'image').length)

  const first = await send('one')
  assert.equal(first.status, 202, JSON.stringify(first.body))
  assert.deepEqual(
    [
      first.body.message.type,
      first.body.message.mediaId,
      first.body.message.media.url,
      first.body.message.media.mime,
    ],
    ['image', picture.id, picture.url, 'image/gif'],
  )
  await eventually(async () => {
    assert.equal(await onPhone(), 1)
  })
  await send('two')
  await eventually(async () => {
    assert.equal(await onPhone(), 2)
  })
  assert.equal(await uploads(), 1, JSON.stringify(await calls()))
  const [upload] = await house.rows<{ media_id: string; dies_at: number }>(
    'select media_id, dies_at from media_upload',
  )
  assert.ok(upload && upload.dies_at > house.app.ports.clock.now() + 71 * 3600_000)

  await post(`${house.simulator}/sim/faults`, {
    path: '/cgi-bin/message/custom/send',
    kind: 'errcode',
    errcode: 40007,
    next: 1,
  })
  await send('three')
  await eventually(async () => {
    assert.equal(await onPhone(), 3)
  })
  assert.equal(await uploads(), 2, 'refused, so it was uploaded anew and sent once more')

  await house.app.advanceTo(73 * 3600_000)
  await post(`${house.simulator}/sim/clock`, { advanceMs: 73 * 3600_000 })
  await customer.says('再发一次')
  const { signIn } = await import('../support/app.ts')
  const later = await signIn(house.url, 'agent1')
  assert.equal(
    (
      await later.call('POST', `/api/sessions/${id}/messages`, {
        clientMsgId: 'four',
        type: 'image',
        mediaId: picture.id,
      })
    ).status,
    202,
  )
  await eventually(async () => {
    assert.equal(await onPhone(), 4)
  })
  assert.equal(await uploads(), 3, 'its three days were over')
  await eventually(async () => {
    assert.deepEqual(
      (
        await house.rows<{ delivery: string }>(
          'select delivery from message_data where opercode = 1',
        )
      ).map((row) => row.delivery),
      ['sent', 'sent', 'sent', 'sent'],
    )
  })
})

void test('a reply with a file that does not exist, belongs to another company or has another type is refused before anything is stored', async (t) => {
  const { house, customer, agent } = await desk(t)
  await customer.says('在吗')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const picture = (await agent.upload(gif)).body
  const send = async (body: object) => {
    const { status, body: answer } = await agent.call('POST', `/api/sessions/${id}/messages`, {
      clientMsgId: JSON.stringify(body).replaceAll(/[^ -~]| /g, ''),
      ...body,
    })
    return [status, answer.error?.code]
  }
  assert.deepEqual(await send({ type: 'voice', mediaId: picture.id }), [400, 'invalid_input'])
  assert.deepEqual(await send({ type: 'image', mediaId: '0'.repeat(32) }), [404, 'not_found'])
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password: 'correct horse battery' },
  })
  const stranger = await (await import('../support/app.ts')).signIn(house.url, 'boss-b')
  const theirs = (await stranger.upload(new TextEncoder().encode('GIF89a of B'))).body
  assert.deepEqual(await send({ type: 'image', mediaId: theirs.id }), [404, 'not_found'])
  assert.equal((await linesOf(agent, id)).length, 1)
  assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.window.remaining, 5)
})

void test("a rule's answer with a picture of the vault is sent through the API, because the push cannot wait for the upload", async (t) => {
  const { house, customer } = await desk(t)
  const picture = (await house.admin.upload(gif)).body
  const made = await house.admin.call('POST', '/api/rules', {
    name: '图',
    match: { kind: 'exact', keywords: ['图'] },
    action: { kind: 'image', mediaId: picture.id },
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  assert.deepEqual((await customer.says('图')).shown, [])
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((item) => [item.way, item.type]),
      [['custom', 'image']],
    )
  })
})
