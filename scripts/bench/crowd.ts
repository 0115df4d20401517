// Creates many agents and sessions directly in the database instead of through the API, because
// only what happens afterwards is measured.
import { identityStates } from '../../rules/access/identity.ts'
import { receive } from '../../src/actions/push/receive.ts'
import { newId, newToken } from '../../src/ids.ts'
import { hashToken } from '../../src/passwords.ts'
import type { Ports } from '../../src/ports.ts'

export type Agent = { uid: number; token: string }
export type Crowd = { howMany: number; capacity: number; prefix?: string }

/** Creates agents who are signed in and serve every account. */
export async function agentsIn(
  { store, clock }: Ports,
  { howMany, capacity, prefix = 'crowd' }: Crowd,
): Promise<Agent[]> {
  const [company] = await store.read.companies.list()
  const accounts = await store.read.accounts.list(company?.company_id ?? '')
  const company_id = company?.company_id ?? ''
  const at = clock.now()
  const agents: Agent[] = []
  for (let n = 0; n < howMany; n += 1) {
    const [username, token] = [`${prefix}${n}`, newToken()]
    const uid = await store.work('rest', async (unit) => {
      const made = await unit.users.insert({
        company_id,
        username,
        password_hash: '',
        name: username,
        role: 'agent',
        operator: 0,
        enabled: 1,
        presence: 'online',
        seen_at: at,
        created_at: at,
      })
      for (const { account_id, appid } of accounts) {
        unit.users.setIdentity({
          company_id,
          account_id,
          appid,
          uid: made,
          name: username,
          wx_sign: null,
          state: identityStates.serves,
        })
      }
      unit.loads.save({ uid: made, company_id, load: 0, capacity })
      unit.logins.insert({
        token_hash: hashToken(token),
        company_id,
        uid: made,
        device: null,
        created_at: at,
        seen_at: at,
        ends_at: at + 365 * 24 * 3600_000,
      })
      return made
    })
    agents.push({ uid, token })
  }
  return agents
}

export type Followers = { howMany: number; appid: string; prefix?: string }

/** Creates followers who have each written one line and now have a session in the queue. */
export async function queueIn(
  ports: Ports,
  { howMany, appid, prefix = 'oCrowd' }: Followers,
): Promise<void> {
  const known = await ports.known.account(appid)
  const company = known && (await ports.known.company(known.company_id))
  if (!known || !company) throw new Error('no account')
  for (let n = 0; n < howMany; n += 64) {
    await receive(
      ports,
      Array.from({ length: Math.min(64, howMany - n) }, (_, at) => ({
        account: known,
        company,
        customerKey: `${prefix}${String(n + at).padStart(6, '0')}`,
        dedupKey: `crowd:${newId()}`,
        deed: { kind: 'text' as const, text: '排队' },
        xml: '',
      })),
    )
  }
}
