// Describes a call of a race: who makes it, what it changes, and what must be true after it.
import type { Scene, State, Who } from './race-stage.ts'
import type { Answered } from './route-calls.ts'

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

export type Kind = (typeof kindsByPath)[keyof typeof kindsByPath]

/**
 * A fact that must be true after a successful call. If two calls claim different facts about the
 * same thing, either may be true.
 */
export type Claim = { of: string; want: unknown; get: () => Promise<unknown> }

/**
 * What a call damages, so that it is restored after the race. `rights`: what the owner may do and
 * has, except their sign-in.
 */
type Spoils = 'account' | 'owner' | 'other' | 'company' | 'rights' | 'settings' | 'replay'

export type Act = {
  name: string
  operation: string
  kinds: Kind[]
  from?: State
  call: (scene: Scene, n: number) => Promise<Answered>
  claims?: (scene: Scene, answer: Answered, n: number) => Claim[]
  /**
   * Names the things whose state this call changes again, so that what the other call promised
   * about them need not be true afterwards.
   */
  undoes?: (scene: Scene) => string[]
  /**
   * What the call competes for and only one can have, such as `name`. If two different calls have
   * the same word, one must succeed and the other be refused.
   */
  unique?: string
  spoils?: Spoils[]
  /** Set if the call ends the person's sign-ins, so that later calls with them get 401. */
  endsLogins?: true
  /** Prepares what the call needs in the company before the race. */
  before?: (scene: Scene) => Promise<void>
}

export type Way = Partial<Omit<Act, 'operation' | 'call'>> & {
  by?: Who
  body?: (scene: Scene, n: number) => object
  make?: Act['call']
}
