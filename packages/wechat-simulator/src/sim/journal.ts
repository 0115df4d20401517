import { failWith } from '../http.ts'
import { pushDueTickets } from '../platform/notices.ts'
import { wait } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { ok, wholeNumber } from './route.ts'
import type { Asked, Reply } from './route.ts'

/**
 * Returns a part of the ledger, which lists every call made to the simulated WeChat and every
 * attempt of it to push. The entries are numbered without gaps from 1, so the entry after number n
 * has the index n.
 */
export function getLedger(store: Store, { query }: Asked): Reply {
  const { ledger } = store
  const last = query.has('last') ? ledger.length - wholeNumber(query, 'last', 0) : 0
  const after = Math.max(wholeNumber(query, 'after', 0), last)
  const items = ledger.slice(after, after + Math.min(wholeNumber(query, 'limit', 1000), 10_000))
  return ok({ items, next: items.at(-1)?.n ?? after })
}

export function getClock(store: Store): Reply {
  return ok({ advanceMs: store.advanceMs, now: new Date(store.now()).toISOString() })
}

export function advance(store: Store, { body }: Asked): Reply {
  const ms = body['advanceMs']
  if (typeof ms !== 'number' || !Number.isInteger(ms) || ms < 0 || store.advanceMs + ms > 1e13) {
    throw failWith(400, 'invalid_input', 'advanceMs must be a whole number of at least 0')
  }
  store.advanceMs += ms
  store.save()
  pushDueTickets(store)
  return getClock(store)
}

/**
 * Answers as soon as something has happened since `after`, and after 20 s at the latest, so that
 * the page need not ask all the time.
 */
export async function getChanges(store: Store, { query }: Asked): Promise<Reply> {
  const after = wholeNumber(query, 'after', 0)
  if (store.version === after) {
    const woken = new AbortController()
    const wake = (): void => {
      woken.abort()
    }
    store.waiting.add(wake)
    await wait(20_000, AbortSignal.any([woken.signal, store.closing.signal]))
    store.waiting.delete(wake)
  }
  return ok({ version: store.version })
}
