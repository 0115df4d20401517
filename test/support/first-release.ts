// A database as the first release left it, with sessions and replies in every state and the columns
// of that time. Like the migration that created those tables, it must not be changed.
import { cheapPasswords } from './cheap-passwords.ts'
import { openSecrets } from '../../src/secrets.ts'
import { testAccount, password } from './app.ts'

export type RowsByTable = Record<string, Record<string, string | number | null>[]>

const id = (kind: string, n: number) => `${kind}${String(n).padStart(8, '0')}`.padStart(32, '0')
const [company, other] = [id('c', 1), id('c', 2)]
const minute = 60_000
const agent = 2

/**
 * In the first release lanes did not belong to an account, and one lane was shared by everybody.
 */
export const firstLanes = { common: 'all', group: (id: number) => `group:${id}` }

/**
 * The sessions that the old database contains, with every state of a session and of a reply, so
 * that the upgrade meets all of them.
 */
const shapes: {
  state: number
  lane?: string
  ledger: number[]
  reply?: 'pending' | 'sending' | 'sent' | 'failed' | 'unknown'
}[] = [
  { state: 3, lane: firstLanes.common, ledger: [3] },
  { state: 3, lane: firstLanes.common, ledger: [3] },
  { state: 3, lane: firstLanes.group(7), ledger: [3] },
  { state: 3, lane: `user:${agent}`, ledger: [3] },
  { state: 0, ledger: [3, 0] },
  { state: 1, ledger: [3, 1], reply: 'pending' },
  { state: 1, ledger: [3, 1], reply: 'sending' },
  { state: 2, ledger: [3, 1, 2], reply: 'sent' },
  { state: -1, ledger: [3, 1, -1], reply: 'failed' },
  { state: -2, ledger: [3, 0, -2] },
  { state: -3, ledger: [3, -3] },
  { state: -4, ledger: [3, 1, -4], reply: 'unknown' },
]

const accounts = [
  { n: 1, company, appid: testAccount.appid, deleted: false },
  { n: 2, company, appid: 'wx0000000000000002', deleted: false },
  { n: 3, company: other, appid: 'wx0000000000000003', deleted: false },
  { n: 4, company, appid: 'wx0000000000000004', deleted: true },
]

/**
 * Returns the rows of the old database. `key` is the SECRET_KEY of the product that will open it,
 * since secrets are stored encrypted.
 */
export async function firstRelease(at: number, key: string): Promise<RowsByTable> {
  const began = at - 5 * minute
  const hash = await cheapPasswords.hash(password)
  const rows: RowsByTable = { ...place(began, hash), ...around(began), official_account: [] }
  const secrets = openSecrets(key)
  for (const { n, company: company_id, appid, deleted } of accounts) {
    const seal = (plain: string, column: string) =>
      secrets.seal(plain, `${company_id}:${id('a', n)}:${column}`)
    rows['official_account']?.push({
      account_id: id('a', n),
      company_id,
      kind: 'wechat',
      appid,
      name: `账号 ${n}`,
      original_id: `gh_${n}`,
      app_secret: seal(testAccount.appSecret, 'app_secret'),
      token: seal(testAccount.token, 'token'),
      aes_key: seal(testAccount.encodingAesKey, 'aes_key'),
      mode: 'plain',
      binding: 'direct',
      own_lane: 0,
      site_key: null,
      allowed_origins: null,
      deleted_at: deleted ? began : null,
      created_at: began,
    })
  }
  for (const [n, shape] of shapes.entries()) {
    for (const [table, some] of Object.entries(session(n, shape, at))) {
      ;(rows[table] ??= []).push(...some)
    }
  }
  return rows
}

const person = (uid: number, company_id: string, more: object) => ({
  uid,
  company_id,
  username: `person${uid}`,
  password_hash: '',
  name: `人 ${uid}`,
  role: 'agent',
  operator: 0,
  enabled: 1,
  presence: 'offline',
  seen_at: 0,
  created_at: 0,
  ...more,
})

const place = (created_at: number, password_hash: string): RowsByTable => ({
  company: [company, other].map((company_id, n) => ({
    company_id,
    company_name: `公司 ${n}`,
    enabled: 1,
    expires_at: null,
    max_agents: null,
    max_accounts: null,
    settings: '{}',
    created_at,
  })),
  user: [
    person(1, company, { username: 'admin', password_hash, role: 'admin', operator: 1 }),
    person(agent, company, { username: 'agent', password_hash }),
    person(3, company, { username: 'gone', password_hash, enabled: 0 }),
    person(4, other, { username: 'boss', password_hash, role: 'admin' }),
  ],
  user_group: [
    { user_group_id: 7, company_id: company, user_group_name: '售后', parent_id: 0, created_at },
  ],
  user_group_member: [{ user_group_id: 7, uid: agent, company_id: company }],
  user_deputy: [{ uid: agent, deputy_uid: 1, company_id: company }],
  customer_service: [1, 2].map((n) => ({
    customer_service_id: n,
    company_id: company,
    account_id: id('a', n),
    appid: accounts[n - 1]?.appid ?? '',
    uid: agent,
    name: '小客服',
    wx_sign: null,
    state: 1,
  })),
  agent_load: [
    { uid: 1, company_id: company, load: 0, capacity: 50 },
    { uid: agent, company_id: company, load: 4, capacity: 50 },
    { uid: 3, company_id: company, load: 0, capacity: 50 },
    { uid: 4, company_id: other, load: 0, capacity: 50 },
  ],
})

const around = (at: number): RowsByTable => ({
  stream: [{ company_id: company, stream: `agent:${agent}`, epoch: id('e', 1), top: 2 }],
  stream_event: [1, 2].map((offset) => ({
    company_id: company,
    stream: `agent:${agent}`,
    offset,
    event_id: id('e', offset),
    type: 'session.queued',
    data: '{}',
    created_at: at,
  })),
  resources: [
    {
      resources_id: id('f', 1),
      company_id: company,
      sha256: 'ab'.repeat(32),
      mime_type: 'image/png',
      resources_size: 70,
      file_name: '图.png',
      media_id: null,
      media_dies_at: null,
      add_time: at,
    },
  ],
  message_rule: [
    {
      message_rule_id: id('d', 1),
      company_id: company,
      account_id: null,
      name: '价格',
      enabled: 1,
      priority: 1,
      match_kind: 'exact',
      keywords: '["价格"]',
      pattern: null,
      action: '{"kind":"text","text":"九块九 😀"}',
      schedule: null,
      add_time: at,
      update_time: at,
    },
  ],
  job_run: [
    {
      job: 'reclaim',
      slot: '1',
      company_id: null,
      token: id('9', 1),
      lease_until: at,
      started_at: at,
      ended_at: at,
      result: '{}',
    },
  ],
  audit_log: [
    {
      audit_id: id('b', 1),
      company_id: company,
      uid: 1,
      action: 'user.created',
      object: `user:${agent}`,
      detail: null,
      at,
    },
  ],
  login: [
    {
      token_hash: 'cd'.repeat(32),
      company_id: company,
      uid: agent,
      device: null,
      created_at: at,
      seen_at: at,
      ends_at: at + 24 * 60 * minute,
    },
  ],
  login_log: [
    { login_log_id: id('8', 1), username: 'admin', ip: '127.0.0.1', result: 'ok', uid: 1, at },
  ],
  installation: [{ name: 'probe', value: 'x' }],
})

type SessionShape = (typeof shapes)[number]

function session(n: number, shape: SessionShape, at: number): RowsByTable {
  const began = at - 4 * minute
  // the second session came through the second account and all others through the first, so that
  // the shared lane contains sessions of two accounts
  const its = n === 1 ? 2 : 1
  const who = {
    company_id: company,
    account_id: id('a', its),
    appid: accounts[its - 1]?.appid ?? '',
    wx_user_id: id('5', n),
  }
  const facts: OldSession = {
    who,
    n,
    shape,
    began,
    at,
    key: `${who.account_id}:${who.wx_user_id}`,
    owned: shape.ledger.some((one) => one === 0 || one === 1),
  }
  const answers = shape.reply ? [answerRow(facts, shape.reply)] : []
  return {
    wx_user: [customerRow(facts)],
    message_session: [sessionRow(facts)],
    session_ledger: shape.ledger.map((to_state, step) => ledgerRow(facts, to_state, step)),
    message_data: [line(facts, 2), ...answers],
    outbox: answers.map((answer) => outboxRow(answer, facts)),
    inbox: [inboxRow(facts)],
  }
}

type OldCustomer = { company_id: string; account_id: string; appid: string; wx_user_id: string }
type OldSession = {
  who: OldCustomer
  n: number
  shape: SessionShape
  began: number
  at: number
  key: string
  owned: boolean
}

const openidOf = (n: number) => `oFirst_${n}`

const customerRow = ({ who, n, shape, began, owned }: OldSession) => ({
  ...who,
  openid: openidOf(n),
  unionid: null,
  nickname: `客 ${n} 😀`,
  portrait: '',
  alias: '',
  remark: '',
  tags: '["老客"]',
  subscribe: 1,
  subscribe_time: began,
  canel_time: null,
  customer_service_uid: owned ? agent : -1,
  is_clue: owned ? 0 : 1,
  last_time: began,
  active_at: began,
  window_end: began + 48 * 60 * minute,
  budget_left: 4,
  window_scene: 'message',
  out_n: shape.reply ? 1 : 0,
  add_time: began,
  update_time: began,
})

function sessionRow({ who, n, shape, began, at, key, owned }: OldSession) {
  const { state, lane, ledger, reply } = shape
  const ends = state >= 0 ? stays : { open_key: null, closed_at: at, close_reason: 'closed' }
  const told = reply ? { agent_offset: 1, unread: 0, send_time: began + 1 } : null
  const waits = lane === undefined ? null : { lane, rank: began + n }
  return {
    ...who,
    session_id: id('6', n),
    open_key: key,
    state,
    kind: 'other',
    ...(owned ? ownedBy(began) : ownedByNobody),
    seq: reply ? 2 : 1,
    ledger_n: ledger.length,
    ...(waits ?? { lane: null, rank: null }),
    queued_at: began,
    visitor_offset: 1,
    ...(told ?? untold),
    receive_message_time: began,
    last_message_id: id(reply ? '2' : '1', n),
    ...ends,
    add_time: began,
  }
}

const stays = { closed_at: null, close_reason: null }
const untold = { agent_offset: 0, unread: 1, send_time: null }
const ownedBy = (began: number) => ({
  uid: agent,
  customer_service_id: 1,
  fence: 1,
  assigned_at: began,
})
const ownedByNobody = { uid: null, customer_service_id: null, fence: 0, assigned_at: null }

function ledgerRow({ n, shape, began, owned }: OldSession, to_state: number, step: number) {
  const first = step === 0
  const theirs = owned && !first
  return {
    session_id: id('6', n),
    n: step + 1,
    company_id: company,
    from_state: shape.ledger[step - 1] ?? null,
    to_state,
    actor: first ? 'customer' : `a:${agent}`,
    reason: null,
    fence: theirs ? 1 : 0,
    uid: theirs ? agent : null,
    candidates: null,
    at: began,
  }
}

const line = ({ who, n, began }: OldSession, opercode: number) => ({
  ...who,
  message_id: id(opercode === 2 ? '1' : '2', n),
  session_id: id('6', n),
  seq: opercode === 2 ? 1 : 2,
  customer_wx_openid: openidOf(n),
  customer_service_id: null as number | null,
  uid: null as number | null,
  additional_uid: null,
  opercode,
  message_type: 1,
  type: 'text',
  text: opercode === 2 ? `请问 ${n} 😀` : `您好 ${n}`,
  file_url: null,
  media_id: null,
  resources_id: null,
  lng: null,
  lat: null,
  map_scale: null,
  map_label: null,
  page_title: null,
  page_desc: null,
  extra: null,
  sender: null as string | null,
  client_key: null as string | null,
  resend_of: null,
  delivery: null as string | null,
  errcode: null,
  is_read: -1,
  add_time: began,
})

const answerRow = (facts: OldSession, delivery: string) => ({
  ...line(facts, 1),
  uid: agent,
  customer_service_id: 1,
  sender: `a:${agent}`,
  client_key: `m${facts.n}`,
  delivery,
  add_time: facts.began + 1,
})

/**
 * The outbox row of a reply. One that has not been sent becomes due only much later, so that
 * nothing sends it during the test.
 */
function outboxRow(answer: ReturnType<typeof answerRow>, { who, key, at }: OldSession) {
  const leased = answer.delivery === 'sending'
  const over = !leased && answer.delivery !== 'pending'
  return {
    outbox_id: answer.message_id,
    company_id: who.company_id,
    account_id: who.account_id,
    wx_user_id: who.wx_user_id,
    session_id: answer.session_id,
    n: 1,
    way: 'api',
    state: answer.delivery,
    lease_token: leased ? id('7', 1) : null,
    lease_until: leased ? at + 60 * minute : null,
    retry_at: at + 60 * minute,
    attempts: 1,
    inflight_key: leased ? key : null,
    errcode: null,
    created_at: at,
    settled_at: over ? at : null,
  }
}

/**
 * Makes the inbox row of a push. One of the pushes was refused by the database, so that the upgrade
 * meets this case too.
 */
const inboxRow = ({ who, n, began }: OldSession) => ({
  inbox_id: id('3', n),
  company_id: who.company_id,
  account_id: who.account_id,
  dedup_key: `m:${n}`,
  openid: openidOf(n),
  kind: 'text',
  state: n === 11 ? 'refused' : 'stored',
  raw_xml: n === 11 ? '<xml><Content>拒</Content></xml>' : null,
  created_at: began,
})
