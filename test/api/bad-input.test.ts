// What a stranger may throw at us. Nothing of it leaves a row, and the process lives.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { account, openHouse, type House } from '../support/app.ts'
import { rawPush as push, signed, textXml } from '../support/raw-push.ts'

const at = (house: House, query: string, appid = account.appid) =>
  `${house.url}/wechat/${appid}?${query}`
const text = textXml('o1', '1', 'x')
const inboxRows = (house: House) => house.app.ports.store.read.sql.all('select * from inbox')

void test('the echo is answered as it came, only to who knows the token', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const good = await fetch(at(house, `${signed()}&echostr=abc%3Cb%3E1`))
  assert.equal(await good.text(), 'abc<b>1')
  assert.match(good.headers.get('content-type') ?? '', /text\/plain/)
  assert.equal((await fetch(at(house, `${signed('other')}&echostr=1`))).status, 403)
  assert.equal(
    (await fetch(at(house, `${signed()}&nonce=2&echostr=1`))).status,
    403,
    'a repeated parameter',
  )
  assert.equal((await fetch(at(house, signed(), 'wxunknown'))).status, 404)
})

void test('a wrong signature is 403 and leaves no row', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  for (const query of [
    signed('wrong'),
    '',
    'signature=&timestamp=&nonce=',
    signed().replace('signature=', 'signature=A'),
  ]) {
    assert.equal((await push(house, text, query)).status, 403)
  }
  assert.deepEqual(await inboxRows(house), [])
  assert.equal((await push(house, text)).status, 200, 'the premise: signed it is taken')
})

void test('unreadable bodies are refused in time, and the process lives', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const entities = Array.from(
    { length: 500 },
    (_, n) => `<!ENTITY b${n} "${'&a;'.repeat(20)}">`,
  ).join('')
  const bomb = `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">${entities}]><xml><Content>&b9;</Content></xml>`
  const doctype = '<!DOCTYPE xml SYSTEM "http://127.0.0.1/x"><xml></xml>'
  for (const body of [
    bomb,
    doctype,
    '<xml>'.repeat(8000),
    '',
    '{"a":1}',
    '<xml><Content>',
    text.replace('o1', ''),
  ]) {
    const began = performance.now()
    assert.equal((await push(house, body)).status, 400, body.slice(0, 40))
    assert.ok(performance.now() - began < 2000, body.slice(0, 40))
  }
  assert.equal((await push(house, text + ' '.repeat(65_536))).status, 413)
  assert.deepEqual(await inboxRows(house), [])
  assert.equal((await fetch(`${house.url}/healthz`)).status, 200)
})

void test('another openid in the query is counted; the body decides', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  house.announce({ logs: ['the openid of the query is not the sender'] })
  assert.equal((await push(house, text, `${signed()}&openid=oSomebodyElse`)).status, 200)
  const [customer] = await house.app.ports.store.read.sql.all<{ openid: string }>(
    'select openid from wx_user',
  )
  assert.equal(customer?.openid, 'o1')
  assert.match(await house.metrics(), /kefu_push_openid_differs_total 1/)
})

void test('malformed JSON is 400 with the field; a wrong type, a wrong length and a foreign content type are named', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const headers = {
    Authorization: `Bearer ${house.admin.token}`,
    'Content-Type': 'application/json',
  }
  const broken = await fetch(`${house.url}/api/rules`, {
    method: 'POST',
    headers,
    body: '{"name":',
  })
  assert.equal(broken.status, 400)
  assert.equal(
    ((await broken.json()) as { error: { details: { field: string } } }).error.details.field,
    'body',
  )
  const wrong = await house.admin.call('POST', '/api/rules', { name: 5 })
  assert.equal(wrong.status, 400)
  assert.ok(wrong.body.error.details.field)
  assert.ok(wrong.body.error.requestId)
  const foreign = await fetch(`${house.url}/api/rules`, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'text/plain' },
    body: '{}',
  })
  assert.equal(foreign.status, 415)
  const large = await house.admin.call('POST', '/api/rules', { name: 'x'.repeat(300_000) })
  assert.equal(large.status, 413)
  assert.equal((await house.admin.call('GET', '/api/nothing')).status, 404)
})

void test('a query parameter that a route does not know is refused by name, on every route; a list takes its cursor and limit', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  // back from WeChat, which adds parameters as it likes
  const open = routes.filter((one) => one.path !== '/wechat/platform/:componentAppid/callback')
  assert.ok(open.length > 60, 'the premise: the list of routes')
  for (const route of open.filter((one) => one.method === 'get')) {
    const answer = await house.admin.call('GET', `${route.path.replaceAll(/:\w+/g, '1')}?around=1`)
    assert.deepEqual(
      [answer.status, answer.body.error?.details?.field],
      [400, 'around'],
      `${route.path}: ${JSON.stringify(answer.body)}`,
    )
  }
  for (const route of open) {
    assert.equal(route.query.safeParse({ around: '1' }).success, false, route.path)
  }

  const lists = ['accounts', 'groups', 'companies', 'platforms', 'quick-reply-groups', 'users']
  for (const list of [...lists, 'admin/jobs', 'sessions', 'customers', 'rules', 'audit']) {
    const { status, body } = await house.admin.call('GET', `/api/${list}?limit=1`)
    assert.equal(status, 200, list)
    assert.ok(body.items.length <= 1, list)
  }
  const first = (await house.admin.call('GET', '/api/admin/jobs?limit=1')).body
  const rest = (await house.admin.call('GET', `/api/admin/jobs?cursor=${first.next}`)).body
  const whole = (await house.admin.call('GET', '/api/admin/jobs')).body
  assert.deepEqual(
    [...first.items, ...rest.items].map((job) => job.name),
    whole.items.map((job: { name: string }) => job.name),
  )
})
