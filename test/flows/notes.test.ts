import assert from 'node:assert/strict'
import test from 'node:test'
import { personStream } from '../../rules/session/stream.ts'
import { openDesk, eventsOf } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'

void test('a note is a line of the session that is never sent to the customer and does not use up the reply window', async (t) => {
  const at = await openDesk(t)
  const before = (await at.session()).window.remaining
  const noted = await at.verb(at.agent, 'notes', { text: '客户情绪不好' })
  assert.equal(noted.status, 201)
  const { message } = noted.body
  assert.deepEqual(
    [message.direction, message.opercode, message.seq, message.text, message.delivery],
    ['system', 5, 2, '客户情绪不好', undefined],
  )
  assert.equal((await at.say(at.agent, '您好')).body.message.seq, 3)
  await eventually(async () => {
    assert.deepEqual(await at.arrived(), ['您好'])
  })
  assert.equal((await at.session()).window.remaining, before - 1)
  const window = await at.house.rows<{ n: number }>(
    'select count(*) as n from outbox where session_id = ?',
    [at.id],
  )
  assert.equal(Number(window[0]?.n), 1)
})

void test('people mentioned in a note are notified; an unknown number is refused, and an e-mail address mentions nobody', async (t) => {
  const at = await openDesk(t)
  const expert = await at.house.agent('expert')
  const asked = await at.verb(at.agent, 'notes', {
    text: `@${expert.uid} 能看一下吗？邮箱 a@163.com`,
  })
  assert.equal(asked.status, 201)
  const heard = (await eventsOf(at.house, personStream(expert.uid))).at(-1)
  assert.deepEqual(
    [heard?.type, heard?.data.sessionId, heard?.data.messageId, heard?.data.byUid],
    ['message.mentioned', at.id, asked.body.message.id, at.agent.uid],
  )
  const refused = await at.verb(at.agent, 'notes', { text: '@999999 在吗' })
  assert.deepEqual([refused.status, refused.body.error.details.field], [400, 'text'])
  assert.equal((await at.lines()).length, 2, 'nothing was stored')
})

void test('notes may be written by the owner even before accepting, by supervisors and by members; a repeated call makes one note', async (t) => {
  const at = await openDesk(t)
  const [target, stranger] = [await at.house.agent('target'), await at.house.agent('stranger')]
  assert.equal((await at.verb(stranger, 'notes', { text: 'x' })).body.error.code, 'not_owner')
  assert.equal(
    (await at.verb(at.house.admin, 'notes', { text: '注意语气' })).body.message.agentName,
    'admin',
  )
  await at.verb(at.agent, 'transfer', { agentUid: target.uid })
  const once = await Promise.all(
    [1, 2, 3].map(() => at.verb(target, 'notes', { text: '我先看一下', clientMsgId: 'n1' })),
  )
  assert.deepEqual(
    once.map((one) => one.status),
    [201, 201, 201],
  )
  assert.equal(new Set(once.map((one) => one.body.message.id)).size, 1)
  assert.equal(
    (await at.verb(target, 'notes', { text: '别的', clientMsgId: 'n1' })).body.error.code,
    'client_msg_id_reused',
  )
  await at.verb(at.house.admin, 'close')
  assert.equal((await at.verb(target, 'notes', { text: 'x' })).body.error.code, 'session_not_open')
})
