// Prepares two companies that share an installation, through the API.
import assert from 'node:assert/strict'
import { testAccount, password, post } from '../app.ts'
import { betweenLooks } from '../pauses.ts'
import { openCaller, markOf, type SoakCaller, type Side } from './caller.ts'
import type { Promises } from './promises.ts'
import type { World } from './world.ts'

export type FirmPerson = SoakCaller & {
  username: string
  isEnabled: boolean
  isSupervisor: boolean
}
export type Firm = {
  side: Side
  mark: string
  admin: SoakCaller
  people: FirmPerson[]
  groupIds: number[]
  accountIds: string[]
  followers: { appid: string; openid: string }[]
  /**
   * Ids of sessions that somebody of the company has seen recently, from which the next calls
   * choose.
   */
  sessions: string[]
}
/** The accounts of company A. The simulated WeChat is disturbed for `struck`. */
export const appids = { first: 'wx0000000000000001', struck: 'wx0000000000000002' }
const ofB = 'wx0000000000000003'

/**
 * The timers of company A, in minutes; short, because a run lasts only a few hours of the product's
 * time.
 */
export const timers = {
  waitingMinutes: [12, 20],
  queueMinutes: [15, 30],
  idleCloseMinutes: [10, 15],
  takeBackMinutes: [0, 8],
  fallbackMinutes: [4, 6],
}

export async function openFirms(world: World, promises: Promises): Promise<Record<Side, Firm>> {
  const makes = { url: world.url, promises }
  const operator = openCaller({ ...makes, side: 'A', username: 'admin' })
  await signedIn(operator)
  const boss = { username: 'boss-b', password }
  await done(() => operator.call('POST', '/api/companies', { name: 'second', admin: boss }), 201)
  const adminOfB = openCaller({ ...makes, side: 'B', username: boss.username })
  await signedIn(adminOfB)
  const all = { world, promises }
  const first = Object.entries(timers).map(([name, values]) => [name, values[0]])
  await done(() => operator.call('PATCH', '/api/settings', Object.fromEntries(first)), 200)
  return {
    A: await openFirm(all, operator, {
      side: 'A',
      accounts: [
        [appids.first, 24],
        [appids.struck, 10],
      ],
      people: 10,
    }),
    B: await openFirm(all, adminOfB, { side: 'B', accounts: [[ofB, 8]], people: 2 }),
  }
}

type Size = { side: Side; accounts: [appid: string, followers: number][]; people: number }

async function openFirm(
  { world, promises }: { world: World; promises: Promises },
  admin: SoakCaller,
  { side, accounts, people }: Size,
): Promise<Firm> {
  const mark = markOf[side]
  const make = async (path: string, body: object) =>
    (await done(() => admin.call('POST', path, body), 201)).body.id
  const firm: Firm = {
    side,
    mark,
    admin,
    people: [],
    groupIds: [],
    accountIds: [],
    followers: [],
    sessions: [],
  }
  for (const [appid, howMany] of accounts) {
    const mine = { ...testAccount, appid, originalId: `gh_${appid}`, name: `${mark} ${appid}` }
    firm.accountIds.push(
      await make('/api/accounts', { kind: 'wechat', binding: 'direct', ...mine }),
    )
    const callbackUrl = `${world.url}/wechat/${appid}`
    await post(`${world.simulator}/sim/accounts`, { ...mine, callbackUrl })
    for (let n = 0; n < howMany; n += 1) {
      const openid = `o${side}${appid.slice(-2)}${String(n).padStart(4, '0')}`
      firm.followers.push({ appid, openid })
    }
  }
  for (const [n, who] of firm.followers.entries()) {
    await post(`${world.simulator}/sim/followers`, { ...who, nickname: `${mark} ${n}` })
  }
  for (const name of ['售前', '售后']) {
    firm.groupIds.push(await make('/api/groups', { name: `${mark} ${name}` }))
  }
  const hired = Array.from({ length: people }, (_, n) => openPerson({ world, promises }, firm, n))
  firm.people.push(...(await Promise.all(hired)))
  await make('/api/rules', {
    name: `${mark} hours`,
    match: { kind: 'contains', keywords: ['营业'] },
    action: { kind: 'text', text: `${mark} 九点到六点` },
  })
  return firm
}

async function openPerson(
  { world, promises }: { world: World; promises: Promises },
  firm: Firm,
  n: number,
): Promise<FirmPerson> {
  const { side, mark, admin, groupIds } = firm
  const username = `${side}${n}`
  const isSupervisor = n === 0
  await done(
    () =>
      admin.call('POST', '/api/users', {
        username,
        password,
        name: `${mark} ${username}`,
        role: isSupervisor ? 'supervisor' : 'agent',
        capacity: 6,
        groupIds: n % 3 === 1 ? [groupIds[n % 2]] : [],
      }),
    201,
  )
  const caller = openCaller({ url: world.url, side, username, promises })
  await signedIn(caller)
  return Object.assign(caller, { username, isEnabled: true, isSupervisor })
}

/**
 * Repeats a call, because on a slow machine the database may seem to be away even before anything
 * is disturbed.
 */
async function done(
  call: () => Promise<{ status: number; body: any }>,
  status: number,
): Promise<{ body: any }> {
  let answer = await call()
  for (let tries = 0; answer.status === 503 && tries < 5; tries += 1) {
    await betweenLooks(1000)
    answer = await call()
  }
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  return answer
}

const signedIn = (caller: SoakCaller) => done(() => caller.signIn(), 200)
