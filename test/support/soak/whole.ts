// Everything that was told so far, against everything that is stored.
import type { Entry } from './journal.ts'
import type { Rows } from './look.ts'
import type { Promises } from './promises.ts'
import type { Sends } from './sends.ts'

/** `before`: what had ended before the look began. Only the `last` look is counted: it sees all that the others saw. */
export type Whole = { before: Entry[]; promises: Promises; last: boolean }

const isTaken = ({ op, outcome }: Entry) => op === 'push' && outcome === 'ok'
const grouped = <T>(all: T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
const countIf = ({ promises, last }: Whole, id: Parameters<Promises['saw']>[0], n: number) => {
  if (last) promises.saw(id, n)
}

/** Each push has one row and one line, and there is no line that nobody pushed. */
export async function checkTwins(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const lines = await rows<{ text: string; n: number; openid: string }>(
    'select text, count(*) as n, max(customer_wx_openid) as openid from message_data where opercode = 2 group by text',
  )
  countIf(whole, 'P2', lines.length)
  const stored = new Map(lines.map((line) => [line.text, line]))
  for (const { text, n, openid } of lines) {
    if (n > 1) promises.broke('P2', `"${text}" is stored ${n} times`, [text])
    if (/^《[甲乙]》 f[AB]\d+ \d+/.test(text)) continue
    promises.broke('P2', `"${text}" of ${openid} was never pushed`, [openid])
  }
  for (const { detail, key } of before.filter(isTaken)) {
    const line = stored.get(detail.text as string)
    if (line?.openid === key) continue
    promises.broke('P1', `"${detail.text}" was answered, and there is no line of it`, [
      detail.msgId,
    ])
  }
}

type Place = { text: string; seq: number; session_id: string; add_time: number }
const isBehind = (a: Place, b: Place) =>
  a.session_id === b.session_id ? a.seq < b.seq : a.add_time <= b.add_time

/** What a follower wrote after the answer to the line before stands behind it; lines are numbered without gaps. */
export async function checkOrder(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const lines = await rows<Place>(
    'select m.text, m.seq, m.session_id, s.add_time from message_data m join message_session s on s.session_id = m.session_id where m.opercode = 2',
  )
  const places = new Map(lines.map((line) => [line.text, line]))
  for (const pushes of grouped(before.filter(isTaken), ({ key }) => key).values()) {
    pushes.sort((a, b) => a.begin - b.begin)
    for (const [n, later] of pushes.entries()) {
      const earlier = pushes[n - 1]
      if (!earlier || earlier.end > later.begin) continue
      const [a, b] = [places.get(earlier.detail.text), places.get(later.detail.text)]
      if (!a || !b) continue
      countIf(whole, 'P5', 1)
      if (isBehind(a, b)) continue
      promises.broke('P5', `"${b.text}" stands before "${a.text}"`, [a.text, b.text])
    }
  }
  const gaps = await rows<{ session_id: string }>(
    'select s.session_id from message_session s join message_data m on m.session_id = s.session_id' +
      ' group by s.session_id, s.seq having count(*) <> s.seq or max(m.seq) <> s.seq or min(m.seq) <> 1',
  )
  for (const { session_id: id } of gaps) {
    promises.broke('P5', `the lines of session ${id} have a gap`, [id])
  }
}

type Step = {
  session_id: string
  n: number
  from_state: number | null
  to_state: number
  fence: number
  uid: number | null
}

/** The ledger tells how each came to whose it is; who was told that he has it stands in it. */
export async function checkLedgers(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const steps = grouped(
    await rows<Step>(
      'select session_id, n, from_state, to_state, fence, uid from session_ledger order by session_id, n',
    ),
    ({ session_id }) => session_id,
  )
  const sessions = await rows<{ session_id: string; state: number; fence: number; uid: number }>(
    'select session_id, state, fence, uid from message_session',
  )
  countIf(whole, 'P8', sessions.length)
  for (const { session_id: id, ...session } of sessions) {
    const why = brokenIn(steps.get(id) ?? [], session)
    if (why) promises.broke('P8', `session ${id}: ${why}`, [id])
  }
  const owning = ['claim', 'accept', 'transfer', 'takeover']
  for (const { op, outcome, detail } of before) {
    if (!owning.includes(op) || outcome !== 'ok' || detail.id === undefined) continue
    countIf(whole, 'P8', 1)
    const { id, agentUid, fence } = detail
    if (steps.get(id)?.some((step) => step.uid === agentUid && step.fence === fence)) continue
    promises.broke(
      'P8',
      `${agentUid} was told to have ${id} with fence ${fence}; no ledger knows`,
      [id],
    )
  }
}

function brokenIn(
  steps: Step[],
  session: { state: number; fence: number; uid: number | null },
): string | null {
  for (const [at, step] of steps.entries()) {
    const why = brokenAt(step, steps[at - 1], at + 1)
    if (why) return why
  }
  const end = steps.at(-1)
  const isEnd =
    end?.to_state === session.state && end.fence === session.fence && end.uid === session.uid
  return isEnd ? null : 'its ledger ends elsewhere'
}

function brokenAt(step: Step, from: Step | undefined, n: number): string | null {
  if (step.n !== n) return `step ${n} is missing`
  if (step.from_state !== (from?.to_state ?? null)) return `step ${n} begins elsewhere`
  if (!from) return null
  if (step.fence < from.fence) return `the fence fell at step ${n}`
  const isSecond = step.uid !== from.uid && step.fence === from.fence
  return isSecond ? `two owners with one fence at step ${n}` : null
}

/** Who began to write after somebody else had been told that the session is theirs was refused. */
export function checkStale(whole: Whole): void {
  const { before, promises } = whole
  const moves = grouped(
    before.filter(({ outcome, detail }) => outcome === 'ok' && detail.fence !== undefined),
    ({ detail }) => detail.id as string,
  )
  const first = new Map<string, Entry>()
  for (const entry of before) {
    const { clientMsgId } = entry.detail
    if (clientMsgId !== undefined && !first.has(clientMsgId)) first.set(clientMsgId, entry)
  }
  for (const [id, entry] of first) {
    const { fenceSent } = entry.detail
    if (fenceSent === undefined || entry.outcome === 'info') continue
    countIf(whole, 'P9', 1)
    if (entry.outcome !== 'ok') continue
    const newer = moves
      .get(entry.key)
      ?.find((move) => move.detail.fence > fenceSent && move.end < entry.begin)
    if (!newer) continue
    promises.broke('P9', `${id} was taken with fence ${fenceSent} after ${newer.detail.fence}`, [
      entry.key,
    ])
  }
}

type Reply = {
  message_id: string
  text: string
  sender: string
  client_key: string
  wx_user_id: string
  n: number
  state: string
  settled_at: number | null
}

/** What was accepted, what became of it, and what WeChat says of it. */
export async function checkReplies(rows: Rows, whole: Whole & { sends: Sends }): Promise<void> {
  const replies = await rows<Reply>(
    'select m.message_id, m.text, m.sender, m.client_key, o.wx_user_id, o.n, o.state from message_data m join outbox o on o.outbox_id = m.message_id where m.opercode in (1, 3, 4)',
  )
  checkOnce(replies, whole)
  checkArrived(replies, whole)
  checkSentInOrder(replies, whole)
}

function checkOnce(replies: Reply[], whole: Whole): void {
  const { before, promises } = whole
  const posted = before.filter(
    ({ outcome, detail }) =>
      outcome === 'ok' && detail.clientMsgId !== undefined && detail.messageId,
  )
  for (const [key, same] of grouped(posted, ({ detail }) => detail.clientMsgId)) {
    if (same.length < 2) continue
    countIf(whole, 'P14', same.length)
    if (new Set(same.map(({ detail }) => detail.messageId)).size === 1) continue
    promises.broke('P14', `${key} was answered with several messages`, [key])
  }
  for (const [key, same] of grouped(replies, (one) => `${one.sender} ${one.client_key}`)) {
    if (same.length > 1) promises.broke('P14', `${key} is stored ${same.length} times`, [key])
  }
}

/** Where a person settled it, the state is what he said; before the end, somebody may just be settling it. */
function checkArrived(replies: Reply[], whole: Whole & { sends: Sends }): void {
  const { before, promises, sends, last } = whole
  const byHand = new Set(
    before.filter(({ op }) => op === 'resend' || op === 'resolve').map(({ key }) => key),
  )
  for (const [text, same] of grouped(replies, (one) => one.text)) {
    const arrived = (sends.byText.get(text) ?? []).filter(({ delivered }) => delivered).length
    const isByHand = same.length > 1 || same.some(({ message_id: id }) => byHand.has(id))
    const [least, most] =
      isByHand || !last
        ? [0, same.length]
        : [
            same.filter(({ state }) => state === 'sent').length,
            same.filter(({ state }) => state !== 'failed').length,
          ]
    countIf(whole, 'P11', same.length)
    if (arrived > most) promises.broke('P11', toldOf(text, same, arrived), [text])
    if (arrived < least) promises.broke('P10', toldOf(text, same, arrived), [text])
  }
}

const toldOf = (text: string, same: Reply[], arrived: number) =>
  `"${text}" is ${same.map(({ state }) => state).join(', ')} and reached the follower ${arrived} times`

/** Where it is certain when it left. */
function checkSentInOrder(replies: Reply[], whole: Whole & { sends: Sends }): void {
  const { promises, sends } = whole
  const sent = replies.flatMap((reply) => {
    const send = sends.byText.get(reply.text)
    const only = send?.length === 1 ? send[0] : undefined
    return only && reply.state === 'sent' ? [{ ...reply, at: only.n }] : []
  })
  for (const own of grouped(sent, ({ wx_user_id }) => wx_user_id).values()) {
    own.sort((a, b) => a.n - b.n)
    for (const [at, later] of own.entries()) {
      const earlier = own[at - 1]
      if (!earlier) continue
      countIf(whole, 'P13', 1)
      if (earlier.at < later.at) continue
      promises.broke('P13', `"${later.text}" left before "${earlier.text}"`, [
        later.text,
        earlier.text,
      ])
    }
  }
}
