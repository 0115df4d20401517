// Checks that must hold after a load: they compare what clients were told with the database and
// with what the simulator recorded. The promises have the numbers of the self-check.
import type { LedgerItem } from 'wechat-simulator'
import type { House } from './app.ts'
import type { Done, Load } from './load.ts'

/**
 * The result of a check: the promise, how many things were checked (`n`), and what broke the
 * promise.
 */
export type CheckResult = { promise: string; what: string; n: number; breaches: string[] }

type LoadLine = { text: string; openid: string; session: string; seq: number; created: number }
type LoadReply = { id: string; text: string; state: string }
type Truth = {
  lines: LoadLine[]
  inbox: Map<string, number>
  replies: LoadReply[]
  calls: LedgerItem[]
}

const inTimeMs = 4500

export async function checkLoad(house: House, load: Load): Promise<CheckResult[]> {
  const truth = await readTruth(house, load)
  return [
    ...pushesHold(load, truth),
    ...claimsHold(load, await readClaims(house)),
    ...repliesHold(load, truth),
  ]
}

async function readTruth(house: House, { name }: Load): Promise<Truth> {
  const like = `${name}-%`
  const inbox = await house.rows<{ dedup_key: string; n: number }>(
    'select dedup_key, count(*) as n from inbox group by dedup_key',
  )
  return {
    lines: await house.rows(
      'select m.text, m.customer_wx_openid as openid, m.session_id as session, m.seq, s.add_time as created' +
        ' from message_data m join message_session s on s.session_id = m.session_id' +
        ' where m.opercode = 2 and m.text like ? order by s.add_time, m.session_id, m.seq',
      [like],
    ),
    inbox: new Map(inbox.map(({ dedup_key, n }) => [dedup_key, n])),
    replies: await house.rows(
      'select m.message_id as id, m.client_key as text, o.state from message_data m join outbox o on o.outbox_id = m.message_id' +
        ' where m.client_key like ?',
      [like],
    ),
    calls: await readCalls(house.simulator, name),
  }
}

const textOf = ({ request }: LedgerItem) =>
  (request as { text?: { content?: string } }).text?.content ?? ''

/**
 * Reads the calls with which replies of this load were to be sent, including those that the
 * simulator refused.
 */
async function readCalls(simulator: string, name: string): Promise<LedgerItem[]> {
  const calls: LedgerItem[] = []
  for (let after = 0; ;) {
    const page = await fetch(`${simulator}/sim/ledger?limit=10000&after=${after}`)
    const { items, next } = (await page.json()) as { items: LedgerItem[]; next: number }
    if (items.length === 0) return calls
    calls.push(
      ...items.filter(
        (item) => item.path.endsWith('/custom/send') && textOf(item).startsWith(`${name}-`),
      ),
    )
    after = next
  }
}

const counted = (texts: string[]) => {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}
const moreThanOnce = (counts: Map<string, number>) =>
  [...counts].filter(([, n]) => n > 1).map(([text, n]) => `${text}: ${n} times`)

function pushesHold({ done }: Load, { lines, inbox }: Truth): CheckResult[] {
  const tried = done.filter(({ kind }) => kind === 'push')
  const answered = tried.filter(({ result }) => result === 'ok')
  const stored = counted(lines.map(({ text }) => text))
  const keys = new Set(tried.map(({ key }) => key))
  const late = answered.flatMap(({ key, tookMs }) =>
    tookMs.filter((ms) => ms > inTimeMs).map((ms) => `${key}: ${ms} ms`),
  )
  return [
    {
      promise: 'P1',
      what: 'every push that was answered is stored',
      n: answered.length,
      breaches: answered
        .filter(({ key, id }) => !stored.has(key) || inbox.get(`m:${id}`) !== 1)
        .map(({ key }) => key),
    },
    {
      promise: 'P2',
      what: 'each push is stored once, and nothing that nobody wrote',
      n: tried.length,
      breaches: [...moreThanOnce(stored), ...[...stored.keys()].filter((text) => !keys.has(text))],
    },
    {
      promise: 'P4',
      what: 'who is answered is answered in time',
      n: answered.length,
      breaches: late,
    },
    {
      promise: 'P5',
      what: "a follower's lines stand in the order they came",
      n: answered.length,
      breaches: outOfOrder(answered, lines),
    },
  ]
}

/**
 * Finds lines of a follower that are stored in the wrong order: a line that was written after the
 * one before it was answered must be stored after it.
 */
function outOfOrder(answered: Done[], lines: LoadLine[]): string[] {
  const places = new Map(lines.map((line) => [line.text, line]))
  const last = new Map<string, { done: Done; line: LoadLine }>()
  const breaches: string[] = []
  for (const done of answered.toSorted((a, b) => a.from - b.from)) {
    const line = places.get(done.key)
    const before = last.get(done.who)
    if (!line) continue
    const isBehind =
      before?.line.session === line.session
        ? before.line.seq < line.seq
        : (before?.line.created ?? 0) <= line.created
    if (before && before.done.to < done.from && !isBehind) {
      breaches.push(`${done.key} stands before ${before.done.key}`)
    }
    last.set(done.who, { done, line })
  }
  return breaches
}

type LedgerClaim = { session: string; actor: string }

const readClaims = (house: House) =>
  house.rows<LedgerClaim>(
    "select session_id as session, actor from session_ledger where reason = 'claimed'",
  )

/**
 * Checks the claims. Nobody hands a session on during this load, so no session may be claimed
 * twice.
 */
function claimsHold({ done }: Load, ledger: LedgerClaim[]): CheckResult[] {
  const won = done.filter(({ kind, statuses }) => kind === 'claim' && statuses[0] === 200)
  const noted = new Set(ledger.map(({ session, actor }) => `${session} ${actor}`))
  return [
    {
      promise: 'P8',
      what: 'each session is claimed by one agent, and the ledger knows by whom',
      n: won.length,
      breaches: [
        ...moreThanOnce(counted(won.map(({ id }) => id))),
        ...moreThanOnce(counted(ledger.map(({ session }) => session))),
        ...won
          .filter(({ id, who }) => !noted.has(`${id} a:${who}`))
          .map(({ id }) => `${id}: not noted`),
      ],
    },
  ]
}

const ends: Record<string, (arrived: number) => boolean> = {
  sent: (arrived) => arrived === 1,
  failed: (arrived) => arrived === 0,
  unknown: (arrived) => arrived <= 1,
}

function repliesHold({ done }: Load, { replies, calls }: Truth): CheckResult[] {
  const accepted = done.filter(({ kind, result }) => kind === 'reply' && result === 'ok')
  const tried = new Set(done.filter(({ kind }) => kind === 'reply').map(({ key }) => key))
  const states = new Map(replies.map(({ id, state }) => [id, state]))
  const ids = new Map<string, Set<string>>()
  for (const { key, id } of accepted) ids.set(key, (ids.get(key) ?? new Set()).add(id))
  const arrived = counted(calls.filter(({ errcode }) => errcode === 0).map(textOf))
  return [
    {
      promise: 'P10',
      what: 'every reply that was accepted is sent, failed or unknown',
      n: accepted.length,
      breaches: accepted
        .filter(({ id }) => !((states.get(id) ?? '') in ends))
        .map(({ key, id }) => `${key}: ${states.get(id) ?? 'not there'}`),
    },
    {
      promise: 'P11',
      what: 'WeChat has each reply once at most, and as often as it is said of it',
      n: replies.length,
      breaches: [
        ...moreThanOnce(arrived),
        ...[...arrived.keys()].filter((text) => !tried.has(text)),
        ...replies
          .filter(({ text, state }) => ends[state]?.(arrived.get(text) ?? 0) === false)
          .map(
            ({ text, state }) => `${text} is ${state} and arrived ${arrived.get(text) ?? 0} times`,
          ),
      ],
    },
    {
      promise: 'P14',
      what: 'one clientMsgId is one message',
      n: ids.size,
      breaches: [
        ...moreThanOnce(counted(replies.map(({ text }) => text))),
        ...[...ids].filter(([, some]) => some.size > 1).map(([key]) => `${key}: several ids`),
      ],
    },
  ]
}
