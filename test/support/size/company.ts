// A company that can grow to any size, with people who have every relation to its customers, for
// measuring how much work grows with it.
import assert from 'node:assert/strict'
import { wordsFor } from '../../../scripts/bench/queue-load.ts'
import { groupLane } from '../../../rules/session/lane.ts'
import type { Value } from '../../../src/store/engine/sql.ts'
import { testAccount, password, signIn, type Actor } from '../app.ts'
import { isCluster } from '../edition.ts'
import { setAll } from '../seen.ts'
import { openStage, type Stage } from '../stage.ts'
import { openCountedStore } from './counted-store.ts'
import type { OpenCounting } from './counting.ts'
import { grow, type GrownCompany } from './grown.ts'

export type Sized = {
  stage: Stage
  store: ReturnType<typeof openCountedStore>
  facts: GrownCompany
  /** The admin of another company on the same installation, which stays small. */
  tenant: Actor
  growTo: (size: number) => Promise<void>
  close: () => Promise<void>
}

export async function openSized(counting: OpenCounting): Promise<Sized> {
  const store = openCountedStore(counting)
  const stage = await openStage({
    alone: true,
    rules: false,
    wrapStore: store.wrapStore,
    settings: { LOGIN_IDLE_HOURS: '100000', LOGIN_MAX_DAYS: '10000' },
  })
  const { house } = stage
  await store.begin(house.config)
  const facts = await prepare(stage)
  const tenant = await smallTenant(stage)
  const exec = async (text: string, values: Value[] = []) => {
    await house.app.ports.store.work('rest', (unit) => unit.sql.run(text, values))
  }
  let grown = 0
  return {
    stage,
    store,
    facts,
    tenant,
    growTo: async (size) => {
      await grow({ exec, words: wordsFor(!isCluster) }, facts, { from: grown, to: size })
      grown = size
      await analyse(stage)
    },
    close: async () => {
      await store.close()
      await house.close()
    },
  }
}

/**
 * Prepares the company: turns on the timers, and creates a group whose sessions move on to another,
 * so that jobs have something to do.
 */
async function prepare({ house, people, idsOf }: Stage): Promise<GrownCompany> {
  const { fields } = await idsOf()
  const made = await house.admin.call('POST', '/api/groups', { name: 'grown' })
  const next = await house.admin.call('POST', '/api/groups', { name: 'next' })
  assert.equal(made.status, 201)
  for (const one of ['owner', 'stranger', 'member'] as const) {
    const body = { groupIds: [made.body.id, next.body.id] }
    assert.equal(
      (await house.admin.call('PATCH', `/api/users/${people[one].uid}`, body)).status,
      200,
    )
  }
  await setAll(house, {
    idleCloseMinutes: 60,
    takeBackMinutes: 120,
    waitingMinutes: 1440,
    queueMinutes: 1440,
    sessionRule: 'even',
    autoAcceptFirst: true,
    groups: {
      [made.body.id]: { overflow: { groupId: next.body.id, waiting: 1000, minutes: 60 } },
    },
  })
  const [company] = await house.app.ports.store.read.companies.list()
  const accountId = fields['accountId'] ?? ''
  return {
    companyId: company?.company_id ?? '',
    accountId,
    appid: testAccount.appid,
    groupLane: groupLane(made.body.id, accountId),
    owner: people.owner.uid,
    member: people.member.uid,
    exclusive: people.exclusive.uid,
    now: house.app.ports.clock.now(),
  }
}

async function smallTenant({ house }: Stage): Promise<Actor> {
  const admin = { username: 'tenant', password }
  const made = await house.admin.call('POST', '/api/companies', { name: 'small', admin })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return signIn(house.url, 'tenant')
}

/**
 * Updates the database's statistics at once; a server does this by itself only some seconds after a
 * table has grown.
 */
async function analyse({ house }: Stage): Promise<void> {
  if (!isCluster) return
  const tables = await house.rows<{ name: string }>(
    'select table_name as name from information_schema.tables where table_schema = database()',
  )
  await house.rows(`analyze table ${tables.map(({ name }) => `\`${name}\``).join(', ')}`)
}
