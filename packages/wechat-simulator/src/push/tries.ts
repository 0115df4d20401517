import { takePushFault } from '../state/faults.ts'
import { addToLedger, wait } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { LedgerItem } from '../types.ts'
import type { Verdict } from './answer.ts'
import { request } from './post.ts'
import type { PostAnswer } from './post.ts'
import { writeLetter } from './write.ts'
import type { Letter } from './write.ts'

/**
 * What is posted to the receiver of a push, what the answer must be, and what the ledger of the
 * simulator records about it.
 */
export type Mail = {
  letter: Letter
  appid: string
  judge: (body: string) => Verdict
  ledger: Pick<LedgerItem, 'request'> & Partial<LedgerItem>
}
export type Attempt = {
  copy: number
  attempt: number
  status: number | null
  outcome: string
  ms: number
}
export type Tried = Attempt & { verdict: Verdict | null }

const tries = 3

function outcomeOf(answer: PostAnswer, verdict: Verdict | null): string {
  if (verdict === null) {
    return answer.outcome === 'answered' ? `status ${answer.status ?? 0}` : answer.outcome
  }
  return verdict.ok ? 'ok' : `invalid: ${verdict.reason}`
}

async function tryOnce(
  store: Store,
  mail: Mail,
  which: { copy: number; attempt: number },
): Promise<Tried> {
  const { url, body } = writeLetter(mail.letter, store.now())
  const answer = await request(store, url, body)
  const verdict =
    answer.outcome === 'answered' && answer.status === 200 ? mail.judge(answer.body) : null
  const outcome = outcomeOf(answer, verdict)
  if (!store.closing.signal.aborted) {
    addToLedger(store, {
      kind: 'push',
      appid: mail.appid,
      path: url.pathname,
      ...mail.ledger,
      attempt: which.attempt,
      outcome,
      ms: answer.ms,
      ...(answer.status === null ? {} : { status: answer.status }),
    })
  }
  return { ...which, status: answer.status, outcome, ms: answer.ms, verdict }
}

/** Sends one copy of a push in up to three attempts with the same content. */
export async function tryThrice(store: Store, mail: Mail, copy = 1): Promise<Tried[]> {
  const all: Tried[] = []
  for (let attempt = 1; attempt <= tries && !store.closing.signal.aborted; attempt++) {
    const tried = await tryOnce(store, mail, { copy, attempt })
    all.push(tried)
    if (tried.verdict?.ok === true) break
    if (tried.status !== null && takePushFault(store, mail.appid)) break
    if (attempt < tries && tried.outcome !== 'timeout') {
      await wait(store.timing.pauseMs, store.closing.signal)
    }
  }
  return all
}
