// Two messages with every column of the older system that kefu replaces, compared field by field.
// The values are invented but have the same form.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { CustomerRow, MessageRow } from '../../entities/index.ts'
import { newCustomer, newMessage } from '../../src/actions/lines/new-rows.ts'
import { newId } from '../../src/ids.ts'
import { openTestStore } from '../support/store.ts'

const place = {
  company_id: 'c'.repeat(32),
  account_id: 'a'.repeat(32),
  appid: 'wx0123456789abcdef',
}
const openid = 'oAbCdEfGhIjKlMnOpQrStUvW-x_1'
const sessionId = '5'.repeat(32)
// this time is 2018-01-18 10:55:50 in Asia/Shanghai
const at = Date.parse('2018-01-18T10:55:50+08:00')

const interjection = (customer: CustomerRow) =>
  newMessage(customer, {
    message_id: newId(),
    session_id: sessionId,
    seq: 1,
    customer_service_id: 66,
    uid: 8082,
    opercode: 3,
    message_type: 1,
    add_time: at,
    text: '您好，这里是管理员，关于您昨天反映的发货时间问题，我们已经和仓库核对过了，今天下午会发出，请您放心。',
  })
const voice = (customer: CustomerRow) =>
  newMessage(customer, {
    message_id: newId(),
    session_id: sessionId,
    seq: 2,
    customer_service_id: 66,
    uid: 8082,
    opercode: 2,
    message_type: 3,
    type: 'voice',
    add_time: at + 18_000,
    media_id: 'aB_3'.repeat(16),
    resources_id: '',
    file_url: '',
  })

void test('two messages with every column of the older system that kefu replaces are stored and read back with every field unchanged', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  const customer = newCustomer(place, { id: newId(), openid, at })
  const [text, heard] = [interjection(customer), voice(customer)]
  assert.equal(openid.length, 28)
  assert.equal(heard.media_id?.length, 64)
  await store.work('push', (unit) => unit.messages.insert([text, heard]))

  const [first, second, ...more] = (await store.read.messages.ofSession(
    place.company_id,
    sessionId,
    { after: 0, limit: 10 },
  )) as [MessageRow, MessageRow]
  assert.deepEqual([first, second, ...more], [text, heard])
  assert.equal(first.customer_wx_openid, openid, 'the case of an openid matters')
  assert.equal(
    new Date(first.add_time).toISOString(),
    '2018-01-18T02:55:50.000Z',
    'UTC with milliseconds',
  )
  assert.equal(second.add_time, first.add_time + 18_000)
  assert.equal(second.customer_service_id, 66, "the row's id, never the uid")
})

void test('openids that differ only in upper and lower case belong to two different customers', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  const people = [openid, openid.toLowerCase()].map((one) =>
    newCustomer(place, { id: newId(), openid: one, at }),
  )
  await store.work('push', (unit) => unit.customers.insertNew(people))
  assert.equal((await store.read.customers.lockByOpenids(place.account_id, [openid])).length, 1)
})
