// Tests the directory, in which everyone sees their colleagues.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse } from '../support/app.ts'
import { follower } from '../support/follower.ts'

void test('the directory tells every agent how many sessions each person has and may have, also after a transfer and a close', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [busy, free] = [
    await house.agent('busy', { capacity: 3 }),
    await house.agent('free', { capacity: 7 }),
  ]
  const shown = async () => {
    const { items } = (await free.call('GET', '/api/directory')).body as {
      items: { uid: number; load: number; capacity: number }[]
    }
    return [busy, free].map(({ uid }) => {
      const one = items.find((person) => person.uid === uid)
      return [one?.load, one?.capacity]
    })
  }
  assert.deepEqual(await shown(), [
    [0, 3],
    [0, 7],
  ])

  const ids: string[] = []
  for (let n = 0; n < 2; n += 1) {
    await (await follower(house)).says('在吗')
    ids.push((await busy.call('POST', '/api/sessions/claim', {})).body.id as string)
  }
  assert.deepEqual(await shown(), [
    [2, 3],
    [0, 7],
  ])

  const to = { agentUid: free.uid }
  assert.equal((await busy.call('POST', `/api/sessions/${ids[0]}/transfer`, to)).status, 200)
  assert.equal((await busy.call('POST', `/api/sessions/${ids[1]}/close`, {})).status, 200)
  assert.deepEqual(await shown(), [
    [0, 3],
    [1, 7],
  ])
  const none = await free.call('GET', '/api/directory?search=nobody-has-this-name')
  assert.deepEqual(none.body, { items: [], next: null })
})
