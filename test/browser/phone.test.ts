// The simulator's phone page in a browser: what a follower can do, and how the account's answers
// look.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { sample } from 'wechat-simulator'
import { appid, openApi, openid, openScene, textReply } from '../simulator/support.ts'
import { openBrowser, openPage, shots } from '../support/browser.ts'

async function open(t: test.TestContext) {
  const scene = await openScene(t)
  const api = await openApi(scene)
  const { page, complaints } = await openPage(await openBrowser(t), { width: 1440, height: 860 })
  await page.goto(`${scene.url}/#${appid}/${openid}`)
  await page.waitForSelector('.phone')
  return {
    scene,
    api,
    page,
    complaints,
    line: (type: string, way = 'sent') =>
      page.waitForSelector(`#messages [data-way=${way}][data-type=${type}]`),
  }
}

void test('on the phone page a follower can send every type of message, scan, tap the menu, unfollow and follow again', async (t) => {
  const { scene, api, page, complaints, line } = await open(t)
  await page.fill('#text', '你好 /::) <b>')
  await page.keyboard.press('Enter')
  await line('text')
  for (const type of ['image', 'voice', 'video', 'shortvideo', 'file']) {
    await page.click('[data-more]')
    await page.click(`[data-do=${type}]`)
    await page.click('.drawer .list button:first-child')
    await line(type)
  }
  await page.click('[data-more]')
  await page.click('[data-do=location]')
  await page.click('.chip')
  await line('location')
  await page.click('[data-more]')
  await page.click('[data-do=link]')
  await page.click('.drawer [type=submit]')
  await line('link')
  await page.click('[data-more]')
  await page.click('[data-do=miniprogrampage]')
  await line('miniprogrampage')
  await api.ask('/cgi-bin/qrcode/create', {
    expire_seconds: 600,
    action_name: 'QR_STR_SCENE',
    action_info: { scene: { scene_str: 'store_007' } },
  })
  await page.click('[data-more]')
  await page.click('[data-do=scan]')
  await page.click('.code')
  await line('SCAN', 'event')
  await api.ask('/cgi-bin/menu/create', {
    button: [{ name: '更多', sub_button: [{ type: 'click', name: '人工', key: 'HUMAN' }] }],
  })
  await page.click('.menu-bar .top')
  await page.click('.menu-bar .pop button')
  await line('CLICK', 'event')
  await page.click('.menu-bar .swap')
  for (const event of ['unsubscribe', 'subscribe']) {
    await page.click('[data-more]')
    await page.click(event === 'subscribe' ? '[data-do=follow]' : '[data-do=unfollow]')
    await line(event, 'event')
  }
  const types = (await scene.ledger())
    .filter((one) => one['kind'] === 'push')
    .map((one) => one['request'] as { MsgType: string; Event?: string })
    .map((one) => one.Event ?? one.MsgType)
  assert.deepEqual(types, [
    'text',
    'image',
    'voice',
    'video',
    'shortvideo',
    'file',
    'location',
    'link',
    'miniprogrampage',
    'SCAN',
    'CLICK',
    'unsubscribe',
    'subscribe',
  ])
  await page.screenshot({ path: resolve(shots, 'phone-sent.png') })
  assert.deepEqual(complaints, [])
})

void test('on the phone page a passive reply and replies of seven types are shown, links lead nowhere, no text is interpreted as HTML, and a tap on a menu message is sent', async (t) => {
  const { scene, api, page, complaints, line } = await open(t)
  const upload = async (type: string, file: string) => {
    const answer = await api.upload(`/cgi-bin/media/upload?type=${type}`, sample(file))
    return answer['media_id'] ?? answer['thumb_media_id']
  }
  const evil = '<img src=x onerror="document.title=1"> <script>document.title=1</script>'
  scene.answerWith((pushed, response) => {
    response.end(
      pushed.body.includes('在吗')
        ? textReply(`<a href="javascript:document.title=1">帮助</a> ${evil}`)
        : 'success',
    )
  })
  await scene.say('在吗')
  await line('text', 'passive')
  const send = async (type: string, part: unknown) => {
    await scene.say('嗯')
    assert.equal(await api.send(type, part), 0)
    await line(type, 'custom')
  }
  await send('text', { content: evil })
  await send('image', { media_id: await upload('image', 'cat.jpg') })
  await send('voice', { media_id: await upload('voice', 'voice.amr') })
  await send('video', { media_id: await upload('video', 'video.mp4'), title: evil })
  await send('news', {
    articles: [
      {
        title: evil,
        description: evil,
        url: 'https://example.com',
        picurl: 'https://example.com/p.jpg',
      },
    ],
  })
  await send('msgmenu', {
    head_content: '满意吗',
    list: [{ id: '101', content: '满意' }],
    tail_content: '谢谢',
  })
  await send('miniprogrampage', {
    title: evil,
    appid: 'wx1',
    pagepath: 'p',
    thumb_media_id: await upload('thumb', 'thumb.jpg'),
  })
  await page.click('.menu .entry')
  await page.locator('#messages .own .bubble', { hasText: /^满意$/ }).waitFor()
  assert.match(scene.pushes.at(-1)?.body ?? '', /<bizmsgmenuid><!\[CDATA\[101\]\]>/)
  assert.equal(await page.locator('#messages script, #messages a').count(), 0)
  assert.equal(await page.locator('#messages img[src="x"]').count(), 0)
  assert.match(await page.title(), /WeChat simulator/)
  await page.waitForFunction(
    '[...document.querySelectorAll("#messages img")].every((one) => one.naturalWidth > 0)',
  )
  scene.answerWith((_pushed, response) => {
    response.end('{"not":"xml"}')
  })
  await scene.say('最后')
  await line('failure', 'passive')
  await page.click('#language')
  await page.locator('[data-tab=ledger]', { hasText: 'Ledger' }).waitFor()
  await page.screenshot({ path: resolve(shots, 'phone-answers.png') })
  assert.deepEqual(complaints, [])
})

void test('two phones side by side on the phone page each show the conversation of their own follower', async (t) => {
  const { scene, api, page, complaints } = await open(t)
  await scene.change({ name: '演示商城' })
  await scene.call('POST', '/sim/followers', { appid, openid: 'oSecond', nickname: '小红' })
  await api.ask('/cgi-bin/menu/create', {
    button: [
      { type: 'click', name: '联系客服', key: 'HUMAN' },
      {
        name: '更多',
        sub_button: [
          { type: 'view', name: '帮助中心', url: 'https://example.com' },
          { type: 'scancode_waitmsg', name: '扫码查件', key: 's' },
        ],
      },
    ],
  })
  await api.ask('/customservice/kfaccount/add', { kf_account: 'mei@demo', nickname: '客服小美' })
  const { media_id: picture } = await api.upload(
    '/cgi-bin/media/upload?type=image',
    sample('cat.jpg'),
  )
  const reply = async (touser: string, msgtype: string, part: object) => {
    const body = { touser, msgtype, [msgtype]: part, customservice: { kf_account: 'mei@demo' } }
    assert.equal((await api.ask('/cgi-bin/message/custom/send', body))['errcode'], 0)
  }
  await page.hover('#followers [data-openid=oSecond]')
  await page.click('#followers li:has([data-openid=oSecond]) .beside')
  await scene.say('你好，包裹破了')
  await scene.send('image', { file: { base64: sample('parcel.jpg').toString('base64') } })
  await scene.send('voice')
  await reply(openid, 'text', {
    content: '非常抱歉，马上为您补发。请看 <a href="https://example.com">售后说明</a>',
  })
  await scene.say('谢谢')
  await reply(openid, 'msgmenu', {
    head_content: '您对本次服务满意吗？',
    list: [
      { id: '101', content: '满意' },
      { id: '102', content: '不满意' },
    ],
    tail_content: '',
  })
  const second = (path: string, body: object) =>
    scene.call('POST', `/sim/followers/oSecond/${path}`, { appid, ...body })
  await second('scan', { scene: 'store_007' })
  await second('send', {
    type: 'location',
    location: { latitude: 31.23, longitude: 121.47, label: '上海市人民广场' },
  })
  await reply('oSecond', 'news', {
    articles: [
      {
        title: '人民广场店 今日营业至 22:00',
        description: '到店出示本页享八折',
        url: 'https://example.com',
        picurl: '',
      },
    ],
  })
  await second('send', { type: 'text', text: '有猫吗？' })
  await reply('oSecond', 'image', { media_id: picture })
  const phone = (id: string) => page.locator(`.phone[data-openid="${id}"]`)
  await phone('oSecond').locator('[data-way=custom][data-type=image]').waitFor()
  await phone(openid).locator('.menu').waitFor()
  assert.equal(await phone(openid).locator('[data-type=location]').count(), 0)
  assert.equal(await phone('oSecond').locator('[data-type=voice]').count(), 0)
  await page.waitForFunction(
    '[...document.querySelectorAll(".messages img")].every((one) => one.naturalWidth > 0)',
  )
  await page.screenshot({ path: resolve(shots, 'simulator.png') })
  await phone('oSecond').locator('.closer').click()
  assert.equal(await page.locator('.phone').count(), 1)
  assert.deepEqual(complaints, [])
})
