// Compares what was pushed with the stored lines.
import type { JournalEntry } from './journal.ts'
import type { Rows } from './look.ts'
import { countIf, grouped, type Whole } from './whole.ts'

const isTaken = ({ op, outcome }: JournalEntry) => op === 'push' && outcome === 'ok'

/**
 * Each push that was answered must have its line, no line may be stored twice, there must be no
 * line without a push, and each push has only one row in the inbox.
 */
export async function checkTwins(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const lines = await rows<{ text: string; n: number; openid: string }>(
    'select text, count(*) as n, max(customer_wx_openid) as openid from message_data where opercode = 2 group by text',
  )
  countIf(whole, 'P2', lines.length)
  const stored = new Map(lines.map((line) => [line.text, line]))
  const isPushed = pushedIn(whole)
  for (const { text, n, openid } of lines) {
    if (n > 1) promises.broke('P2', `"${text}" is stored ${n} times`, [text])
    if (isPushed(text)) continue
    promises.broke('P2', `"${text}" of ${openid} was never pushed`, [openid])
  }
  const twice = await rows<{ dedup_key: string; n: number }>(
    "select dedup_key, count(*) as n from inbox where dedup_key like 'm:%' group by dedup_key having count(*) > 1",
  )
  for (const { dedup_key: key, n } of twice) {
    promises.broke('P2', `push ${key} has ${n} rows in the inbox`, [key])
  }
  for (const { detail, key } of before.filter(isTaken)) {
    const line = stored.get(detail.text as string)
    if (line?.openid === key) continue
    promises.broke('P1', `"${detail.text}" was answered, and there is no line of it`, [
      detail.msgId,
    ])
  }
}

/**
 * Tells which texts were pushed. During the run some pushes are still on their way and not
 * recorded, so their texts are recognised by their form.
 */
function pushedIn({ before, last }: Whole): (text: string) => boolean {
  if (!last) return (text) => /^《[甲乙]》 f[AB]\d+ \d+/.test(text)
  const tried = new Set(before.filter(({ op }) => op === 'push').map(({ detail }) => detail.text))
  return (text) => tried.has(text)
}

type StoredLine = { text: string; seq: number; session_id: string; add_time: number }
const isBehind = (a: StoredLine, b: StoredLine) =>
  a.session_id === b.session_id ? a.seq < b.seq : a.add_time <= b.add_time

/**
 * A line that a follower wrote after the answer to the previous one must be stored after it. Lines
 * are numbered without gaps.
 */
export async function checkOrder(rows: Rows, whole: Whole): Promise<void> {
  const { before, promises } = whole
  const lines = await rows<StoredLine>(
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
