import assert from 'node:assert/strict'
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { sample } from 'wechat-simulator'
import type { TableName } from '../../entities/index.ts'
import { forgetOld } from '../../src/actions/jobs/forget-old.ts'
import { mediaDir } from '../../src/config.ts'
import type { OldRows } from '../../src/ports.ts'
import { forgetting } from '../../src/store/queries/old-rows.ts'
import { openHouse, type House } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { png } from '../support/files.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { later, runJob } from '../support/seen.ts'

const dayMs = 24 * 3600_000
const many = 1700
const mostAtOnce = 500

void test('old data are deleted in small pieces, each in its own transaction; what is young or still needed stays', async (t) => {
  const deletes: { unit: number; query: string }[] = []
  const house = await openHouse({
    alone: true,
    rules: false,
    withoutCron: true,
    onSql: (unit, _kind, query) => {
      if (/^delete from `?(stream_event|inbox|login_log|audit_log|outbox)/.test(query)) {
        deletes.push({ unit, query })
      }
    },
  })
  t.after(house.close)
  house.announce({ refused: true })
  const { store, clock } = house.app.ports
  const [company] = await store.read.companies.list()
  const companyId = company?.company_id ?? ''
  const now = clock.now()
  const inbox = (at: number, n: number, state = 'done') => ({
    inbox_id: idAt(at, n),
    company_id: companyId,
    account_id: 'a',
    dedup_key: `${at} ${n}`,
    openid: 'o',
    kind: 'text',
    state,
    raw_xml: null,
    created_at: at,
  })
  const event = (at: number, n: number) => ({
    company_id: companyId,
    stream: 'old',
    offset: at + n,
    event_id: idAt(at, n),
    type: 't',
    data: '{}',
    created_at: at,
  })
  const [oldPush, youngPush] = [now - 31 * dayMs, now - 29 * dayMs]
  const [oldEvent, youngEvent] = [now - 8 * dayMs, now - 6 * dayMs]
  const numbers = [...Array(many).keys()]
  await store.work('rest', ({ sql }) => {
    sql.insert('inbox', [
      ...numbers.map((n) => inbox(oldPush, n)),
      inbox(oldPush, many, 'refused'),
      inbox(youngPush, 0),
    ])
    sql.insert('stream_event', [...numbers.map((n) => event(oldEvent, n)), event(youngEvent, 0)])
    sql.insert('audit_log', [
      {
        audit_id: idAt(now - 400 * dayMs, 0),
        company_id: companyId,
        uid: 1,
        action: 'x',
        object: 'x',
        detail: null,
        at: now - 400 * dayMs,
      },
    ])
  })
  const told = await forgetOld(house.app.ports)
  assert.deepEqual(
    [told.forgotten.inbox, told.forgotten.events, told.forgotten.audit, told.more],
    [many, many, 1, false],
  )
  const left = await house.rows<{ created_at: number; state: string }>(
    "select created_at, state from inbox where account_id = 'a' order by created_at",
  )
  assert.deepEqual(
    left.map((row) => [row.created_at, row.state]),
    [
      [oldPush, 'refused'],
      [youngPush, 'done'],
    ],
  )
  const events = await house.rows("select event_id from stream_event where stream = 'old'")
  assert.equal(events.length, 1)
  assert.ok(deletes.length >= 2 * Math.ceil(many / mostAtOnce))
  assert.equal(new Set(deletes.map((one) => one.unit)).size, deletes.length, 'a unit for each')
  for (const { query } of deletes) assert.match(query, /limit \?/)
  assert.ok((await house.admin.call('GET', '/api/me')).status === 200, 'who is signed in stays so')
})

const idAt = (at: number, n: number) =>
  `${at.toString(16).padStart(12, '0')}${n.toString(16).padStart(20, '0')}`

/**
 * Makes rows for the tables that are cleaned up, each with its time, so that old and young rows can
 * be mixed.
 */
function aged(companyId: string, at: number, n: number): Partial<Record<TableName, object>> {
  const id = idAt(at, n)
  return {
    media_fetch: {
      message_id: id,
      part: 'file',
      company_id: companyId,
      account_id: 'a',
      media_id: 'm',
      state: 'fetched',
      attempts: 1,
      retry_at: at,
      dies_at: at,
      reason: null,
    },
    rule_hit: {
      message_rule_id: id,
      day: Math.floor(at / dayMs),
      company_id: companyId,
      hits: 1,
    },
    rule_unmatched: {
      company_id: companyId,
      text_hash: `${id}${id}`,
      account_id: 'a',
      text: 't',
      folded: 't',
      times: 1,
      first_at: at,
      last_at: at,
    },
    login: {
      token_hash: `${id}${id}`,
      company_id: companyId,
      uid: 1,
      device: null,
      created_at: at,
      seen_at: at,
      ends_at: at + dayMs,
    },
  }
}
const companyOf = async (house: House) =>
  (await house.app.ports.store.read.companies.list())[0]?.company_id ?? ''
const kindsOf: [kind: OldRows, table: TableName][] = [
  ['fetches', 'media_fetch'],
  ['hits', 'rule_hit'],
  ['unmatched', 'rule_unmatched'],
  ['idle', 'login'],
  ['ended', 'login'],
]

async function fill(house: House, howMany: number, at: number): Promise<void> {
  const companyId = await companyOf(house)
  const tables = [...new Set(kindsOf.map(([, table]) => table))]
  for (let from = 0; from < howMany; from += 500) {
    const rows = Array.from({ length: Math.min(500, howMany - from) }, (_, n) =>
      aged(companyId, at, from + n),
    )
    await house.app.ports.store.work('rest', ({ sql }) => {
      for (const table of tables) {
        sql.insert(
          table,
          rows.map((row) => row[table] ?? {}),
        )
      }
    })
  }
}

type Step = { detail?: string; type?: string; key?: string | null }

async function isFoundByIndex(house: House, kind: OldRows, now: number): Promise<void> {
  const before = kind === 'hits' ? Math.floor(now / dayMs) - 400 : now - 90 * dayMs
  const { dialect } = house.app.ports.store.read.sql
  const { text, values } = forgetting(dialect, kind, { before, most: 500 })
  const plan = await house.rows<Step>(`explain ${isCluster ? '' : 'query plan '}${text}`, values)
  const walks = ({ detail = '', type, key }: Step) =>
    isCluster ? type === 'ALL' || !key : detail.startsWith('SCAN') && !detail.includes('INDEX')
  assert.ok(plan.length > 0 && !plan.some(walks), `${kind}: ${JSON.stringify(plan)}`)
}

const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0

/** By how much pushes become slower while `work` runs. */
async function slower(house: House, work: () => Promise<void>) {
  const customer = await follower(house)
  const pushMs = async (n: number) => {
    const began = performance.now()
    assert.equal((await customer.says(`${n}`)).status, 200)
    return performance.now() - began
  }
  const [alone, beside]: [number[], number[]] = [[], []]
  for (let n = 0; n < 20; n += 1) alone.push(await pushMs(n))
  const done = { yet: false }
  const working = work().finally(() => {
    done.yet = true
  })
  do beside.push(await pushMs(beside.length + 100))
  while (!done.yet)
  await working
  return { ratio: median(beside) / median(alone), pushes: beside.length }
}

void test('old rows among many young ones are found through an index, and pushes are answered while they are deleted', async (t) => {
  const house = await openHouse({ alone: true, rules: false, withoutCron: true })
  t.after(house.close)
  const now = house.app.ports.clock.now()
  const [young, old] = [times(4000, 100_000), times(1200, 20_000)]
  await fill(house, young, now)
  await fill(house, old, now - 500 * dayMs)

  for (const [kind] of kindsOf) await isFoundByIndex(house, kind, now)

  const { ratio, pushes } = await slower(house, async () => {
    const { forgotten } = await forgetOld(house.app.ports)
    for (const kind of ['fetches', 'hits', 'unmatched'] as const) {
      assert.equal(forgotten[kind], old, kind)
    }
    assert.equal((forgotten.idle ?? 0) + (forgotten.ended ?? 0), old)
  })
  t.diagnostic(`${pushes} pushes beside it took ${ratio.toFixed(1)} times as long`)
  assert.ok(ratio < 20, `${ratio}`)
  for (const [, table] of kindsOf) {
    const [left] = await house.rows<{ n: number }>(`select count(*) as n from ${table}`)
    assert.ok(Number(left?.n) >= young, `${table}: what is young stays`)
  }
})

void test('a push that the database refused is kept until an admin has seen it or it was read again, and then as long as any other push', async (t) => {
  const house = await openHouse({ alone: true, rules: false, withoutCron: true })
  t.after(house.close)
  house.announce({ refused: true })
  const { store, clock } = house.app.ports
  const companyId = await companyOf(house)
  const now = clock.now()
  const came = now - 400 * dayMs
  const refused = (n: number, dealt: { reread_at?: number; read_at?: number }) => ({
    inbox_id: idAt(came, n),
    company_id: companyId,
    account_id: 'a',
    openid: 'o',
    kind: 'text',
    message_id: null,
    reader: 9,
    reread_at: null,
    read_at: null,
    read_by: null,
    created_at: came,
    ...dealt,
  })
  const [longAgo, lately] = [now - 31 * dayMs, now - 29 * dayMs]
  const rows = [
    refused(0, {}),
    refused(1, { read_at: longAgo }),
    refused(2, { reread_at: longAgo }),
    refused(3, { read_at: lately }),
  ]
  await store.work('rest', ({ sql }) => {
    sql.insert('refused_push', rows)
    sql.insert(
      'inbox',
      [...rows, refused(4, {})].map(({ inbox_id: id }) => ({
        inbox_id: id,
        company_id: companyId,
        account_id: 'a',
        dedup_key: id,
        openid: 'o',
        kind: 'text',
        state: 'refused',
        raw_xml: '<xml/>',
        created_at: came,
      })),
    )
  })
  const { forgotten } = await forgetOld(house.app.ports)
  assert.deepEqual([forgotten.inbox, forgotten.refused], [2, 2])
  const ids = async (table: string) =>
    (
      await house.rows<{ inbox_id: string }>(
        `select inbox_id from ${table} where account_id = 'a' order by inbox_id`,
      )
    ).map((row) => row.inbox_id)
  assert.deepEqual(
    await ids('refused_push'),
    [0, 3].map((n) => idAt(came, n)),
  )
  assert.deepEqual(
    await ids('inbox'),
    [0, 3, 4].map((n) => idAt(came, n)),
    'nor is one forgotten that has no place in the list',
  )
})

async function placeOf(house: House, id: string) {
  const [row] = await house.rows<{ company_id: string; sha256: string }>(
    'select company_id, sha256 from resources where resources_id = ?',
    [id],
  )
  assert.ok(row)
  const company = join(mediaDir(house.config), row.company_id)
  return { company, named: join(company, row.sha256.slice(0, 2), row.sha256) }
}

void test('a file of the vault that no row names is deleted after a day; files that are named or have just arrived stay', async (t) => {
  const house = await openHouse({ alone: true, rules: false, withoutCron: true })
  t.after(house.close)
  const { id } = (await house.admin.upload(sample('cat.jpg'), 'a.jpg')).body as { id: string }
  const { company, named } = await placeOf(house, id)
  const stray = (name: string) => {
    mkdirSync(join(company, name.slice(0, 2)), { recursive: true })
    writeFileSync(join(company, name.slice(0, 2), name), 'x')
    return join(company, name.slice(0, 2), name)
  }
  const [old, fresh] = [stray('ab'.repeat(32)), stray('cd'.repeat(32))]
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600
  for (const file of [named, old]) utimesSync(file, twoDaysAgo, twoDaysAgo)

  assert.deepEqual(await runJob(house.admin, 'sweep-vault'), { removed: 1 })
  assert.deepEqual([named, old, fresh].map(existsSync), [true, false, true])
  assert.equal((await house.admin.get(`/api/media/${id}`)).status, 200)
})

void test('an uploaded file that nobody uses is deleted in time; files used by a line, a quick reply or a rule stay', async (t) => {
  const house = await openHouse({ alone: true, rules: false, withoutCron: true })
  t.after(house.close)
  const files = ['left', 'again', 'sent', 'canned', 'ruled'].map((word) =>
    Buffer.concat([png, Buffer.from(word)]),
  )
  const upload = async (bytes: Uint8Array, who = house.admin) => {
    const { status, body } = await who.upload(bytes, 'a.png')
    assert.equal(status, 201, JSON.stringify(body))
    return body.id as string
  }
  const ids: string[] = []
  for (const bytes of files) ids.push(await upload(bytes))
  const [left = '', again = '', sent = '', canned = '', ruled = ''] = ids
  const image = (mediaId: string) => ({ type: 'image', mediaId })
  const customer = await follower(house)
  await customer.says('', { type: 'image' })
  const { id } = (await house.admin.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const made = [
    ['/api/quick-replies', { title: 'a', content: image(canned) }, 201],
    ['/api/quick-replies', { title: 'b', content: image('f'.repeat(32)) }, 404],
    [
      '/api/rules',
      {
        name: 'r',
        enabled: true,
        priority: 0,
        match: { kind: 'exact', keywords: ['图'] },
        action: { kind: 'image', mediaId: ruled },
      },
      201,
    ],
    [`/api/sessions/${id}/messages`, { clientMsgId: 'a', ...image(sent) }, 202],
  ] as const
  for (const [path, body, status] of made) {
    const answer = await house.admin.call('POST', path, body)
    assert.equal(answer.status, status, `${path}: ${JSON.stringify(answer.body)}`)
  }

  const soon = await later(house, 29 * dayMs)
  assert.equal(await upload(files[1] ?? png, soon), again, 'the same file is the same')
  const admin = await later(house, 31 * dayMs)
  const { forgotten } = (await runJob(admin, 'forget-old')) as unknown as {
    forgotten: Partial<Record<OldRows, number>>
  }
  assert.equal(forgotten.unused, 1)
  const shown = async (file: string) => (await admin.get(`/api/media/${file}`)).status
  assert.deepEqual(
    await Promise.all([left, again, sent, canned, ruled].map(shown)),
    [404, 200, 200, 200, 200],
  )
  const [picture] = await house.rows<{ resources_id: string }>(
    'select resources_id from resources where uid is null',
  )
  if (picture) assert.equal(await shown(picture.resources_id), 200)
})
