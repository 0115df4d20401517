// The basic story in a browser, with the phone page and the console.
import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import test from 'node:test'
import { openBrowser, openDeskPage, openPage, openShownHouse, shots } from '../support/browser.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

void test('a follower writes on the phone page, an agent answers in the console, and the phone shows the answer', async (t) => {
  const house = await openShownHouse(t, { mode: 'safe' })
  await house.agent('agent1')
  const browser = await openBrowser(t)

  const { page: phone } = await openPage(browser, { width: 1200, height: 800 })
  await phone.goto(house.simulator)
  await phone.click('#new-follower')
  await phone.fill('#text', '你好')
  await phone.click('#send')
  await phone.waitForSelector('#messages [data-way=passive]')

  const { page: desk, complaints } = await openDeskPage(browser, house, 'agent1')
  await desk.click('#claim-next')
  await desk.waitForSelector('.line[data-direction=in]')
  await desk.fill('#reply', '您好，我是小林，有什么可以帮您？')
  await desk.click('#send')
  await desk.waitForSelector('.line[data-delivery=sent][data-opercode="1"]')
  await desk.screenshot({ path: resolve(shots, 'console.png') })
  await phone.waitForSelector('#messages [data-way=custom]')
  await phone.screenshot({ path: resolve(shots, 'phone.png') })

  await phone.click('[data-advance="864000000"]')
  assert.match((await phone.textContent('#messages [data-way=custom]')) ?? '', /小林/)
  assert.deepEqual(complaints, [])
})

void test('in the console an agent adds a colleague, writes a note and transfers the session, and a supervisor takes it over and grades it', async (t) => {
  const house = await openShownHouse(t, { rules: false })
  const [agent, target] = [await house.agent('agent1'), await house.agent('target')]
  await house.agent('boss', { role: 'supervisor' })
  await (await follower(house)).says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const session = async () => (await house.admin.call('GET', `/api/sessions/${id}`)).body
  const browser = await openBrowser(t)

  const { page: desk } = await openDeskPage(browser, house, 'agent1')
  await desk.click('[data-tab=active]')
  await desk.click(`[data-session="${id}"] .row`)
  await desk.fill('#reply', '客户很急')
  await desk.click('#note')
  await desk.waitForSelector('.line[data-opercode="5"]')
  await desk.click('#members')
  await desk.selectOption('#new-member', String(target.uid))
  await desk.click('#add-member')
  await desk.waitForSelector(`[data-member="${target.uid}"]`)
  assert.deepEqual((await session()).memberUids, [target.uid])
  await desk.keyboard.press('Escape')
  await desk.click('#transfer-session')
  await desk.selectOption('#transfer-to', `agent:${target.uid}`)
  await desk.fill('#transfer-note', '请跟进')
  await desk.screenshot({ path: resolve(shots, 'transfer.png') })
  await desk.click('#confirm-transfer')
  await eventually(async () => {
    assert.deepEqual([(await session()).stateCode, (await session()).agentUid], [0, target.uid])
  })

  await target.call('POST', `/api/sessions/${id}/accept`, {})
  const { page: boss } = await openDeskPage(browser, house, 'boss')
  await boss.click('#everyone')
  await boss.click('[data-tab=active]')
  await boss.click(`[data-session="${id}"] .row`)
  await boss.click('[data-grade="2"]')
  await boss.waitForSelector('[data-grade="2"][aria-pressed=true]')
  await boss.click('#take-over')
  await boss.waitForSelector('[data-opercode="5"]')
  await eventually(async () => {
    assert.deepEqual([(await session()).stateCode, (await session()).grade.grade], [1, 2])
  })
  assert.notEqual((await session()).agentUid, target.uid)
  await boss.screenshot({ path: resolve(shots, 'supervisor.png') })
})
