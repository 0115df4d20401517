// The situation in which each job and each list is measured, so that as much data as possible lies
// in front of it. New jobs and lists must be added here.
import { isFull } from '../full.ts'
import type { Person } from '../route-calls.ts'
import { setAll } from '../seen.ts'
import type { Stage } from '../stage.ts'
import type { GrownCompany } from './grown.ts'

/** For each job, prepares something to do; null for a job that needs no preparation. */
export const jobPlaces: Record<string, ((stage: Stage) => Promise<void>) | null> = {
  reclaim: null,
  fallback: null,
  'waiting-timeout': null,
  'queue-timeout': null,
  'idle-close': null,
  'take-back': null,
  'hand-on': null,
  overflow: null,
  assign: null,
  'accept-first': null,
  // switches the setting windowFirst, which gives every queued session a new rank
  'queue-rank': async ({ house }) => {
    const { body } = await house.admin.call('GET', '/api/settings')
    await setAll(house, { windowFirst: !body.windowFirst })
  },
  'outbox-sweep': null,
  'queue-reconcile': null,
  'rule-counts': null,
  'media-rescue': null,
  'kf-sync': null,
  reread: null,
  'reread-refused': null,
  'sweep-vault': null,
  'forget-old': null,
}

export type Asker = Person | 'tenant'
/**
 * A request for a list, and who makes it. `narrowed`: the list is filtered by something that no
 * index covers.
 */
export type ListRequest = { by: Asker; query: string; narrowed: boolean }
type Spots = ReturnType<typeof spotsOf>

const dayMs = 24 * 3600_000
const hexOf = (at: number, kind: string, n: number) =>
  `${(at + n).toString(16).padStart(12, '0')}${kind}${n.toString(16).padStart(19, '0')}`

/**
 * Ids of things with many rows, and cursors near the end of a list, so that a page has nearly all
 * rows in front of it.
 */
export function spotsOf({ now }: GrownCompany) {
  const [first, long] = [now - 3 * dayMs, now - 300 * dayMs]
  return {
    customer: hexOf(first, 'a', 0),
    session: hexOf(long, 'b', 0),
    oldest: hexOf(first, 'a', 200),
    refused: `${first - 60 * dayMs + 200}.${hexOf(first - 60 * dayMs, 'b', 200)}`,
    line: hexOf(long, 'd', 200),
    ofLong: hexOf(long, 'c', 200),
    at: first + 200,
    ended: hexOf(first - dayMs, 'c', 200),
    oldestOpen: hexOf(first, 'b', 216),
    replay: hexOf(first, 'a', 200),
  }
}

const by = (people: Asker[], queries: string[]): ListRequest[] =>
  people.flatMap((one) =>
    ['', ...queries].map((query) => ({
      by: one,
      query,
      narrowed: /search|unanswered|answerable|hours/.test(query),
    })),
  )
const nobody = '查无此人'

/**
 * For each route that returns a list, the requests to measure. Lists that are always short are
 * requested once.
 */
export const listPlaces: Record<string, (spots: Spots) => ListRequest[]> = {
  'GET /api/accounts': () => by(['admin'], []),
  'GET /api/accounts/:id': () => by(['admin'], []),
  'GET /api/accounts/:id/identities': () => by(['admin'], []),
  'GET /api/audit': ({ oldest }) => [...by(['admin'], [`cursor=${oldest}`]), ...by(['tenant'], [])],
  'GET /api/me': () => by(['owner'], []),
  'GET /api/companies': () => by(['operator'], []),
  'GET /api/companies/:id': () => by(['operator'], []),
  'GET /api/customers': ({ oldest }) => [
    ...by(['admin', 'owner', 'stranger', 'tenant'], [`search=${nobody}`]),
    ...by(['admin', 'owner'], [`cursor=${oldest}`]).slice(1),
  ],
  'GET /api/customers/:id': () => by(['admin', 'owner'], []),
  'GET /api/customers/:id/messages': ({ line }) => by(['admin'], [`cursor=${line}`]),
  'GET /api/customers/:id/trajectory': () => by(['admin'], []),
  'GET /api/customers/:id/sessions': ({ ofLong }) => by(['admin'], [`cursor=${ofLong}`]),
  'GET /api/groups': () => by(['admin'], []),
  'GET /api/admin/self-check': () => by(['admin'], []),
  'GET /api/admin/jobs': () => by(['admin'], []),
  'GET /api/media/:id': () => by(['owner'], []),
  'GET /api/sessions/:id/messages': () => by(['admin'], ['before=100', 'after=100']),
  'GET /api/openapi.json': () => by(['owner'], []),
  'GET /api/platforms': () => by(['operator'], []),
  'GET /api/quick-replies': () => by(['owner'], [`search=${nobody}`]),
  'GET /api/quick-replies/:id': () => by(['owner'], []),
  'GET /api/quick-reply-groups': () => by(['owner'], []),
  'GET /api/receptions': ({ oldest }) => by(['admin', 'tenant'], [`cursor=${oldest}`]),
  'GET /api/receptions/:id': () => by(['admin'], []),
  'GET /api/reclaims/preview': () => by(['supervisor', 'tenant'], ['hours=8760']),
  'GET /api/reclaims': ({ at, oldest }) => by(['supervisor', 'tenant'], [`cursor=${at}.${oldest}`]),
  'GET /api/pushes/refused': ({ refused }) => by(['admin', 'tenant'], [`cursor=${refused}`]),
  'GET /api/rules/conflicts': () => by(['admin'], []),
  'GET /api/rules/unmatched': () => by(['admin', 'tenant'], ['days=1']),
  'GET /api/rules/replay/:id': () => by(['admin'], []),
  'GET /api/rules/export': () => by(['admin'], []),
  'GET /api/rules': () => by(['admin'], [`search=${nobody}`]),
  'GET /api/rules/:id': () => by(['admin'], []),
  'GET /api/sessions': ({ at, ended, oldestOpen }) => {
    const states = ['queued', 'waiting', 'active', 'closed', 'missed']
    const narrowed = [
      '',
      'mine=true&',
      `search=${nobody}&`,
      'unanswered=false&',
      'answerable=true&',
    ]
    const narrow = states.flatMap((state) => narrowed.map((more) => `${more}state=${state}`))
    const deep = [
      `state=queued&cursor=${Number.MAX_SAFE_INTEGER}.${ended}`,
      `state=active&cursor=${oldestOpen}`,
      `state=closed&cursor=${ended}`,
      `state=closed&mine=true&cursor=${ended}`,
      `state=missed&cursor=${at}.${ended}`,
    ]
    return [
      ...by(['supervisor', 'owner', 'stranger', 'tenant'], narrow),
      ...by(['supervisor', 'owner'], deep).filter(({ query }) => query !== ''),
    ]
  },
  'GET /api/sessions/:id': () => by(['admin'], []),
  'GET /api/sessions/:id/ledger': () => by(['admin'], ['cursor=100']),
  'GET /api/settings': () => by(['admin'], []),
  'GET /api/users': () => by(['admin'], []),
  'GET /api/users/:uid': () => by(['admin'], []),
  'GET /api/directory': () => by(['owner'], [`search=${nobody}`]),
}

/**
 * The number of customers. Each has about nineteen rows, so the largest size has a million rows.
 */
export const sizes = { small: 5000, large: isFull ? 56_000 : 20_000 }
