// Prepares several accounts of one company, whose followers are in conversation with an agent.
import assert from 'node:assert/strict'
import { testAccount, post, type Actor, type House } from './app.ts'
import { eventually } from './eventually.ts'
import { follower, type Follower } from './follower.ts'

const appidOf = (n: number) => `wx00000000000001${String(n).padStart(2, '0')}`

export async function openAccounts(house: House, many: number): Promise<string[]> {
  const appids = Array.from({ length: many }, (_, n) => appidOf(n))
  for (const [n, appid] of appids.entries()) {
    const more = { ...testAccount, appid, originalId: `gh_0000000001${n}`, name: `Shop ${n}` }
    const { encodingAesKey, ...made } = more
    const { status } = await house.admin.call('POST', '/api/accounts', {
      kind: 'wechat',
      binding: 'direct',
      encodingAesKey,
      ...made,
    })
    assert.equal(status, 201)
    await post(`${house.simulator}/sim/accounts`, {
      ...more,
      callbackUrl: `${house.url}/wechat/${appid}`,
    })
  }
  return appids
}

export type Talk = { customer: Follower; id: string; appid: string }

/** Lets `many` followers of the account write, and the agent claim the session of each of them. */
export async function openTalks(
  house: House,
  agent: Actor,
  { appid, many }: { appid: string; many: number },
): Promise<Talk[]> {
  const made: Talk[] = []
  for (let n = 0; n < many; n += 1) {
    const customer = await follower(house, appid)
    assert.equal((await customer.says('在吗')).status, 200)
    const claimed = await eventually(async () => {
      const answer = await agent.call('POST', '/api/sessions/claim', {})
      assert.equal(answer.status, 200)
      return answer.body
    })
    made.push({ customer, id: claimed.id, appid })
  }
  return made
}

export const reply = (agent: Actor, talk: Talk, content: object = { type: 'text', text: '在' }) =>
  agent
    .call('POST', `/api/sessions/${talk.id}/messages`, {
      clientMsgId: `${talk.id}-${JSON.stringify(content).length}`,
      ...content,
    })
    .then(({ status, body }) => {
      assert.equal(status, 202, JSON.stringify(body))
    })
