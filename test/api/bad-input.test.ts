// Malformed and hostile input at the webhook and the API. It is refused, leaves no row, and the
// process keeps running.
import assert from 'node:assert/strict'
import test from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { as, asNobody, refusal } from '../support/api.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { signed, textXml } from '../support/raw-push.ts'

const at = (query: string, appid = testAccount.appid) => `/wechat/${appid}?${query}`
const push = (house: House, body: string, query = signed()) =>
  asNobody(house).post(at(query)).type('text/plain').send(body)
const text = textXml('o1', '1', 'x')
const inboxRows = (house: House) => house.app.ports.store.read.sql.all('select * from inbox')

void test("WeChat's check of the server address is answered with its echostr unchanged, and only if the signature fits the token; a refusal has a code, as everywhere", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const wechat = asNobody(house)
  await wechat
    .get(at(`${signed()}&echostr=abc%3Cb%3E1`))
    .expect(200, 'abc<b>1')
    .expect('Content-Type', /text\/plain/)
  await wechat.get(at(`${signed('other')}&echostr=1`)).expect(403)
  // a query in which a parameter (nonce) occurs twice is refused
  await wechat.get(at(`${signed()}&nonce=2&echostr=1`)).expect(403)
  await wechat.get(at(signed(), 'wxunknown')).expect(404).expect(refusal('not_found'))
  await wechat.put(at(signed())).expect(404).expect(refusal('not_found'))
})

void test('a push with a wrong signature is answered 403 and leaves no row', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  for (const query of [
    signed('wrong'),
    '',
    'signature=&timestamp=&nonce=',
    signed().replace('signature=', 'signature=A'),
  ]) {
    await push(house, text, query).expect(403).expect(refusal('bad_signature'))
  }
  assert.deepEqual(await inboxRows(house), [])
  // the same push with a correct signature is accepted, so the pushes before it were refused for
  // their signature alone
  await push(house, text).expect(200)
})

void test('pushes with unreadable bodies are refused quickly, and the process keeps running', async (t) => {
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
    await push(house, body).expect(400).expect(refusal('bad_xml'))
    assert.ok(performance.now() - began < 2000, body.slice(0, 40))
  }
  await push(house, text + ' '.repeat(65_536))
    .expect(413)
    .expect(refusal('too_large'))
  assert.deepEqual(await inboxRows(house), [])
  await asNobody(house).get('/healthz').expect(200)
})

void test("if the openid in a push's query differs from the one in its body, the body counts and the difference is counted in a metric", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  house.announce({ logs: ['the openid of the query is not the sender'] })
  await push(house, text, `${signed()}&openid=oSomebodyElse`).expect(200)
  const [customer] = await house.app.ports.store.read.sql.all<{ openid: string }>(
    'select openid from wx_user',
  )
  assert.equal(customer?.openid, 'o1')
  assert.match(await house.metrics(), /kefu_push_openid_differs_total 1/)
})

void test('a call with malformed JSON, a value of a wrong type, a foreign content type or a body that is too large is refused, and the wrong field is named', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const admin = as(house.admin)
  const rules = (body: string | object, type = 'json') =>
    admin.post('/api/rules').type(type).send(body)
  await rules('{"name":').expect(400).expect(refusal('invalid_input', 'body'))
  const { body: wrong } = await rules({ name: 5 }).expect(400)
  assert.ok(wrong.error.details.field)
  assert.ok(wrong.error.requestId)
  await rules('{}', 'text/plain').expect(415)
  await rules({ name: 'x'.repeat(300_000) }).expect(413)
  await admin.get('/api/nothing').expect(404)
})

void test('a call with deeply nested JSON is refused with a reason, and costs hardly more time than flat JSON of the same size', async (t) => {
  const house = await openHouse({ alone: true })
  t.after(() => house.close())
  const size = 256 * 1024 - 100
  const admin = as(house.admin)
  const send = (body: string) => admin.post('/api/rules').type('json').send(body).expect(400)
  const cost = async (body: string) => {
    const before = process.cpuUsage()
    for (let n = 0; n < 20; n += 1) await send(body)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  const flat = JSON.stringify({ name: 'x'.repeat(size) })
  const deep = `{"name":${'['.repeat(size / 2)}${']'.repeat(size / 2)}}`
  await cost(flat)
  const [ofFlat, ofDeep] = [await cost(flat), await cost(deep)]
  assert.ok(ofDeep < 2 * ofFlat, `${ofDeep} µs, and flat ${ofFlat}`)
  await send(`{"name":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`).expect(({ body }) => {
    assert.match(body.error.message, /at most 32 brackets deep/)
  })
  const text = '[{'.repeat(1000) + '"\\'
  await admin.post('/api/rules/test').send({ text }).expect(200)
})

void test('a query parameter that a route does not know is refused by name, on every route; lists accept their cursor and limit', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  const admin = as(house.admin)
  // WeChat's return from an authorisation is excluded, because WeChat adds parameters of its own
  const open = routes.filter((one) => one.path !== '/wechat/platform/:componentAppid/callback')
  assert.ok(open.length > 60, 'the premise: the list of routes')
  for (const route of open.filter((one) => one.method === 'get')) {
    await admin
      .get(route.path.replaceAll(/:\w+/g, '1'))
      .query({ around: 1 })
      .expect(400)
      .expect(refusal('invalid_input', 'around'))
  }
  for (const route of open) {
    assert.equal(route.query.safeParse({ around: '1' }).success, false, route.path)
  }

  const lists = ['accounts', 'groups', 'companies', 'platforms', 'quick-reply-groups', 'users']
  for (const list of [...lists, 'admin/jobs', 'sessions', 'customers', 'rules', 'audit']) {
    const { body } = await admin.get(`/api/${list}`).query({ limit: 1 }).expect(200)
    assert.ok(body.items.length <= 1, list)
  }
  const jobs = async (query: object = {}) =>
    (await admin.get('/api/admin/jobs').query(query).expect(200)).body
  const first = await jobs({ limit: 1 })
  const rest = await jobs({ cursor: first.next })
  const whole = await jobs()
  assert.deepEqual(
    [...first.items, ...rest.items].map((job) => job.name),
    whole.items.map((job: { name: string }) => job.name),
  )
})
