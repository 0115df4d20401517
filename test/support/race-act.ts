// Describes a call of a race: who makes it, what it changes, and what must be true after it.
import type { RaceScene, State, RaceRole } from './race-stage.ts'
import type { RouteAnswer } from './route-calls.ts'

/**
 * For each beginning of a path, the kind of row that its routes write; calls that write the same
 * kind of row are raced.
 */
export const kindsByPath = {
  '/api/rules/replay': 'replay',
  '/api/rules/unmatched': 'question',
  '/api/rules': 'rule',
  '/api/sessions': 'session',
  '/api/messages': 'session',
  '/api/customers': 'session',
  '/api/reclaims': 'session',
  '/api/admin/jobs': 'session',
  '/api/users': 'person',
  '/api/me': 'person',
  '/api/login': 'person',
  '/api/logout': 'person',
  '/api/accounts': 'account',
  '/api/companies': 'company',
  '/api/settings': 'company',
  '/api/groups': 'group',
  '/api/quick-reply-groups': 'reply group',
  '/api/quick-replies': 'reply',
  '/api/receptions': 'reception',
  '/api/platforms': 'platform',
  '/wechat/platform': 'platform',
  '/api/media': 'file',
  '/api/pushes/refused': 'refused push',
} as const

export type ThingKind = (typeof kindsByPath)[keyof typeof kindsByPath]

/**
 * A fact that must be true after a successful call. If two calls claim different facts about the
 * same thing, either may be true.
 */
export type PromisedFact = { of: string; want: unknown; get: () => Promise<unknown> }

/**
 * What a call damages, so that it is restored after the race. `rights`: what the owner may do and
 * has, except their sign-in.
 */
type Spoils = 'account' | 'owner' | 'other' | 'company' | 'rights' | 'settings' | 'replay'

export type RaceAct = {
  name: string
  operation: string
  kinds: ThingKind[]
  from?: State
  call: (scene: RaceScene, n: number) => Promise<RouteAnswer>
  claims?: (scene: RaceScene, answer: RouteAnswer, n: number) => PromisedFact[]
  /**
   * Names the things whose state this call changes again, so that what the other call promised
   * about them need not be true afterwards.
   */
  undoes?: (scene: RaceScene) => string[]
  /**
   * What the call competes for and only one can have, such as `name`. If two different calls have
   * the same word, one must succeed and the other be refused.
   */
  unique?: string
  spoils?: Spoils[]
  /** Set if the call ends the person's sign-ins, so that later calls with them get 401. */
  endsLogins?: true
  /** Prepares what the call needs in the company before the race. */
  before?: (scene: RaceScene) => Promise<void>
}

export type RaceWay = Partial<Omit<RaceAct, 'operation' | 'call'>> & {
  by?: RaceRole
  body?: (scene: RaceScene, n: number) => object
  make?: RaceAct['call']
}
