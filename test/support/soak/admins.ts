// The admins in a long run: they change settings and people, run jobs by hand and move the clock.
import { jobs } from '../../../src/actions/jobs/jobs.ts'
import { timers, type Firm, type FirmPerson } from './companies.ts'
import { told } from './caller.ts'
import type { SoakClient } from './client.ts'

const minuteMs = 60_000
const weights = {
  setting: 6,
  timer: 3,
  disable: 3,
  enable: 6,
  capacity: 4,
  groups: 3,
  accounts: 3,
  deputies: 2,
  rule: 4,
  priority: 3,
  job: 10,
}
type AdminOperation = keyof typeof weights

export function administer(client: SoakClient, firm: Firm): () => Promise<void> {
  const at = { client, firm, ruleIds: [] as string[] }
  return async () => {
    const op = client.draw.weighed(weights)
    await acts[op](at, client.draw.below(1000))
  }
}

/** Moves the clock forward by up to three minutes at a time. */
export const hasten = (client: SoakClient) => async () => {
  const ms = client.draw.below(4) * minuteMs
  await client.journal.run({ client: client.name, op: 'clock', key: '' }, async () => {
    await client.world.advance(ms)
    return { outcome: 'ok', detail: { ms } }
  })
}

type AdminDesk = { client: SoakClient; firm: Firm; ruleIds: string[] }
const pick = <T>(all: readonly T[], n: number) => all[n % all.length] as T

async function ask(
  { client, firm }: AdminDesk,
  { op, key = '' }: { op: string; key?: string },
  [method, path, body]: [string, string, object?],
): Promise<any> {
  let said: any = null
  await client.journal.run({ client: client.name, op, key }, async () => {
    const answer = await firm.admin.call(method, path, body)
    said = answer.status < 300 ? answer.body : null
    return told(answer, { path, body })
  })
  return said
}

const change = async (at: AdminDesk, who: FirmPerson, patch: object) =>
  ask(at, { op: 'person', key: who.username }, ['PATCH', `/api/users/${who.uid}`, patch])

/** Enables a person and lets them sign in again. */
export async function enable(
  at: Pick<AdminDesk, 'client' | 'firm'>,
  who: FirmPerson,
): Promise<void> {
  if (!(await change({ ...at, ruleIds: [] }, who, { enabled: true }))) return
  await who.signIn().catch(() => null)
  who.isEnabled = true
}

const acts: Record<AdminOperation, (at: AdminDesk, n: number) => Promise<void>> = {
  setting: async (at, n) => {
    const patch = pick(
      [
        { sessionRule: 'grab' },
        { sessionRule: 'even' },
        { sessionRule: 'roundRobin' },
        { autoAcceptFirst: n % 2 === 0 },
        { windowFirst: n % 2 === 0 },
        { rulesInConversation: n % 2 === 0 },
        { greeting: n % 2 === 0 ? `${at.firm.mark} 您好` : '' },
        { askSatisfaction: n % 2 === 0 },
      ],
      n,
    )
    await ask(at, { op: 'setting' }, ['PATCH', '/api/settings', patch])
  },
  timer: async (at, n) => {
    const [name, values] = pick(Object.entries(timers), n)
    await ask(at, { op: 'setting' }, ['PATCH', '/api/settings', { [name]: pick(values, n >> 3) }])
  },
  disable: async (at, n) => {
    const able = at.firm.people.filter((one) => one.isEnabled && !one.isSupervisor)
    if (able.length < 5) return
    const [who, heir] = [pick(able, n), pick(able, n + 1)]
    who.isEnabled = false
    const sessionsTo = pick(['queue', 'deputies', heir.uid], n >> 4)
    const disabled = await change(at, who, { enabled: false, sessionsTo })
    // if the call was refused, or nobody knows what it did, the person is enabled again, so that the
    // story knows how they stand
    if (disabled === null) await enable(at, who)
  },
  enable: async (at, n) => {
    const away = at.firm.people.filter((one) => !one.isEnabled)
    if (away.length > 0) await enable(at, pick(away, n))
  },
  capacity: (at, n) => change(at, pick(at.firm.people, n), { capacity: 2 + (n % 8) }),
  groups: (at, n) =>
    change(at, pick(at.firm.people, n), {
      groupIds: at.firm.groupIds.filter((_, index) => ((n >> 4) >> index) % 2 === 1),
    }),
  accounts: (at, n) =>
    change(at, pick(at.firm.people, n), {
      accountIds: n % 3 === 0 ? at.firm.accountIds.slice(0, 1) : at.firm.accountIds,
    }),
  deputies: (at, n) => {
    const [who, deputy] = [pick(at.firm.people, n), pick(at.firm.people, n + 3)]
    return change(at, who, { deputyUids: who.uid === deputy.uid ? [] : [deputy.uid] })
  },
  rule: async (at, n) => {
    const old = at.ruleIds.length > 5 ? at.ruleIds.shift() : undefined
    if (old !== undefined) {
      await ask(at, { op: 'rule', key: old }, ['DELETE', `/api/rules/${old}`])
      return
    }
    const made = await ask(at, { op: 'rule' }, [
      'POST',
      '/api/rules',
      {
        name: `${at.firm.mark} ${n}`,
        match: { kind: 'contains', keywords: [`关键${n}`] },
        action: { kind: 'text', text: `${at.firm.mark} 自动 ${n}` },
      },
    ])
    if (made) at.ruleIds.push(made.id as string)
  },
  priority: async (at, n) => {
    const { openid } = pick(at.firm.followers, n)
    const found = await ask(at, { op: 'find' }, ['GET', `/api/customers?search=${openid}`])
    const id = found?.items[0]?.id as string | undefined
    if (id === undefined) return
    const patch = n % 2 === 0 ? { priority: n % 10 } : { alias: `${at.firm.mark} ${n}` }
    await ask(at, { op: 'customer', key: id }, ['PATCH', `/api/customers/${id}`, patch])
  },
  job: async (at, n) => {
    const { name } = pick(jobs, n)
    await ask(at, { op: 'job', key: name }, ['POST', `/api/admin/jobs/${name}/run`, {}])
  },
}
