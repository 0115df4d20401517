// The situation in which most tests of sessions begin: a follower has written and an agent has
// claimed the session.
import type { Actor, House } from './app.ts'
import { openHouse, type HouseOptions } from './app.ts'
import { follower, type Follower } from './follower.ts'

export type Desk = {
  house: House
  customer: Follower
  agent: Actor
  id: string
  say: (who: Actor, text: string, more?: object) => Promise<{ status: number; body: any }>
  verb: (who: Actor, verb: string, body?: object) => Promise<{ status: number; body: any }>
  session: () => Promise<any>
  lines: (who?: Actor) => Promise<any[]>
  ledger: () => Promise<
    {
      from: number | null
      to: number
      actor: string
      reason: string
      agentUid: number | null
      fence: number
    }[]
  >
  arrived: () => Promise<(string | undefined)[]>
  load: (uid: number) => Promise<number>
}

export async function openDesk(
  t: { after: (close: () => Promise<void>) => void },
  options: HouseOptions = {},
): Promise<Desk> {
  const house = await openHouse({ rules: false, ...options })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('在吗')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  return {
    house,
    customer,
    agent,
    id,
    ...callsOf(house, customer, id),
    load: (uid) => loadOf(house, uid),
  }
}

function callsOf(house: House, customer: Follower, id: string) {
  let count = 0
  const at = `/api/sessions/${id}`
  return {
    say: (who: Actor, text: string, more: object = {}) => {
      count += 1
      return who.call('POST', `${at}/messages`, {
        clientMsgId: `desk-${count}`,
        type: 'text',
        text,
        ...more,
      })
    },
    verb: (who: Actor, verb: string, body: object = {}) => who.call('POST', `${at}/${verb}`, body),
    session: async () => (await house.admin.call('GET', at)).body,
    lines: async (who = house.admin) =>
      (await who.call('GET', `${at}/messages`)).body.items as any[],
    ledger: async () => (await house.admin.call('GET', `${at}/ledger`)).body.items,
    arrived: async () =>
      (await customer.inbox()).filter((item) => item.way === 'custom').map((item) => item.text),
  }
}

export const loadOf = async (house: House, uid: number): Promise<number> =>
  (await house.rows<{ load: number }>('select `load` from agent_load where uid = ?', [uid]))[0]
    ?.load ?? NaN

/** Reads the events of an event stream, in order, as a listener would get them. */
export const eventsOf = async (
  house: House,
  stream: string,
): Promise<{ type: string; data: any }[]> =>
  (
    await house.rows<{ type: string; data: string }>(
      'select type, data from stream_event where stream = ? order by `offset`',
      [stream],
    )
  ).map(({ type, data }) => ({ type, data: JSON.parse(data) as unknown }))
