// Declares whom each route serves. `who` is the lowest role that may call it; `reach` is how the
// caller must be related to the thing that the call names. Both are written by hand next to each
// route. The actions enforce them, test/api/rights.test.ts makes every call as every kind of caller
// and compares, and docs/rights.md is generated from them.
import type { Role } from 'kefu-wire'

/**
 * A role includes those above it (agent < supervisor < admin). Besides, there are the operator and
 * everyone.
 */
export type Who = Role | 'operator' | 'everyone'

/**
 * How a caller can be related to the session that a call names, or to something that belongs to
 * that session.
 */
export const standings = [
  'stranger',
  'elsewhere',
  'former',
  'member',
  'exclusive',
  'owner',
  'supervisor',
] as const
export type CallerStanding = (typeof standings)[number]

export type Refused = 401 | 403 | 404 | 409
type ReachRule = {
  means: string
  /**
   * Which callers may reach what the call names; if not given, everyone whose role is sufficient.
   */
  may?: readonly CallerStanding[]
  /**
   * What callers who are not in `may` are answered. With 404 the thing seems not to exist, so lists
   * do not show it either.
   */
  else?: Refused | 'nothing'
  but?: Partial<Record<CallerStanding, Refused>>
  /**
   * The call names something of a company, in its path or in its body. Then a caller of another
   * company is answered 404.
   */
  names?: true
}

const readers = ['former', 'member', 'exclusive', 'owner', 'supervisor'] as const
const team = ['member', 'owner', 'supervisor'] as const
const serving = ['stranger', ...readers] as const
/**
 * The answer 403 for callers of these kinds: they can see the thing, so they are told that they may
 * not change it. For all other callers it does not seem to exist.
 */
const onlyRead = (...rest: CallerStanding[]) =>
  Object.fromEntries(rest.map((one) => [one, 403])) as Partial<Record<CallerStanding, 403>>

const rules = {
  anyone: { means: 'Whoever calls, signed in or not.' },
  credentials: {
    means: 'Whoever proves who they are, is enabled, and works in a company that is open.',
  },
  oneself: { means: 'What is one’s own; of anybody else nothing can be named.' },
  company: { means: 'Whatever the company has, as far as the role goes.' },
  account: { means: 'An account of the company.', names: true },
  reclaimed: { means: 'A customer of the company who was reclaimed.', names: true },
  installation: { means: 'Whatever the installation has, of all companies.' },
  'session.read': {
    means:
      'The owner, former owners, members, the exclusive agent, supervisors. Whoever may read the open or latest session of a customer reads all of that customer.',
    may: readers,
    else: 404,
    names: true,
  },
  'session.list': {
    means: 'Sessions one has or is a member of; supervisors see all.',
    may: team,
    else: 'nothing',
  },
  'session.accept': {
    means: 'The agent who is named, nobody in their place.',
    may: ['owner'],
    else: 403,
    names: true,
  },
  'session.direct': {
    means: 'The owner and supervisors say what becomes of it.',
    may: ['owner', 'supervisor'],
    else: 403,
    names: true,
  },
  'session.write': {
    means: 'The owner, members of the group chat, and supervisors, who interject.',
    may: team,
    else: 403,
    names: true,
  },
  'session.leave': {
    means: 'The owner and supervisors send away whom they like, a member only themselves.',
    may: team,
    else: 403,
    names: true,
  },
  'session.look': {
    means:
      'What is unread is for those who answer: the owner, and members, whose look changes nothing.',
    may: ['member', 'owner'],
    else: 404,
    but: onlyRead('former', 'exclusive', 'supervisor'),
    names: true,
  },
  'session.supervise': { means: 'Any session of the company.', names: true },
  'missed.dismiss': {
    means: 'Whose it was, and supervisors; what was nobody’s, whoever serves the account.',
    may: ['owner', 'supervisor'],
    else: 404,
    but: onlyRead('former'),
    names: true,
  },
  'queue.read': {
    means: 'A queued session that one may claim; supervisors read all.',
    may: serving,
    else: 404,
    names: true,
  },
  'queue.claim': {
    means: 'Whoever serves the account and the lane.',
    may: serving,
    else: 409,
    names: true,
  },
  'queue.next': {
    means: 'The next of those that one may claim, or none.',
    may: serving,
    else: 'nothing',
  },
  'customer.list': {
    means: 'Customers one has, is exclusive to or talks with; former owners find them no more.',
    may: ['exclusive', ...team],
    else: 'nothing',
  },
  'customer.describe': {
    means: 'The owner, the exclusive agent and supervisors; whoever only reads is told so.',
    may: ['exclusive', 'owner', 'supervisor'],
    else: 404,
    but: onlyRead('former', 'member'),
    names: true,
  },
  'customer.assign': {
    means: 'Whose the customer is, and who goes before others, is said by supervisors.',
    may: ['supervisor'],
    else: 404,
    but: onlyRead('former', 'member', 'exclusive', 'owner'),
    names: true,
  },
  'customer.start': {
    means:
      'Whoever serves the account, while the customer is nobody else’s and has no open session.',
    may: serving,
    else: 409,
    names: true,
  },
  'line.settle': {
    means: 'The owner and supervisors; a member, what they wrote themselves.',
    may: ['owner', 'supervisor'],
    else: 403,
    names: true,
  },
  'reply.own': {
    means: 'One’s own quick replies, and nobody else’s, whatever the role.',
    may: ['owner'],
    else: 404,
    names: true,
  },
  'reply.shared': { means: 'The company’s quick replies are there for all.', names: true },
  'reply.keep': {
    means: 'The company’s quick replies are kept by supervisors.',
    may: ['supervisor'],
    else: 403,
  },
} as const satisfies Record<string, ReachRule>

export type Reach = keyof typeof rules
export const reaches: Record<Reach, ReachRule> = rules

/** All kinds of callers with which a test calls every route. */
export const callers = [
  'nobody',
  ...standings,
  'admin',
  'operator',
  'disabled',
  'expired',
  'foreign',
] as const
export type Caller = (typeof callers)[number]
/**
 * What a caller is to be answered: the call succeeds (`yes`), it is refused with a status, or it
 * succeeds but neither shows nor changes the thing (`nothing`).
 */
export type Meant = 'yes' | 'nothing' | Refused

const ranks: Record<Role, number> = { agent: 0, supervisor: 1, admin: 2 }
const rolesOf: Partial<Record<Caller, Role>> = {
  supervisor: 'supervisor',
  admin: 'admin',
  operator: 'admin',
  foreign: 'admin',
}
const signedIn = (caller: Caller) => !['nobody', 'disabled', 'expired'].includes(caller)

type ReachedDoor = { who: Who; method: string; path: string }
const isList = ({ method, path }: ReachedDoor) => method === 'get' && !path.includes(':')

export function meant(door: ReachedDoor, reach: Reach, caller: Caller): Meant {
  const one = meantOfOne(door, reach, caller)
  return one === 404 && isList(door) ? 'nothing' : one
}

function meantOfOne(door: ReachedDoor, reach: Reach, caller: Caller): Meant {
  if (reach === 'credentials') return ofCredentials[caller] ?? 'yes'
  if (door.who === 'everyone') return 'yes'
  if (!signedIn(caller)) return 401
  if (!hasRole(door.who, caller)) return 403
  if (caller === 'foreign') return toForeigner(door, reaches[reach])
  return toColleague(reaches[reach], standingOf(caller))
}

const roleOf = (caller: Caller): Role => rolesOf[caller] ?? 'agent'
const hasRole = (who: Role | 'operator', caller: Caller): boolean =>
  who === 'operator' ? caller === 'operator' : ranks[roleOf(caller)] >= ranks[who]
/** How a caller is related to a session. An admin counts as a supervisor. */
const standingOf = (caller: Caller): CallerStanding =>
  roleOf(caller) === 'agent' ? (caller as CallerStanding) : 'supervisor'

const ofCredentials: Partial<Record<Caller, Meant>> = { nobody: 401, disabled: 401, expired: 403 }

function toColleague({ may, but, else: rest = 403 }: ReachRule, standing: CallerStanding): Meant {
  return !may || may.includes(standing) ? 'yes' : (but?.[standing] ?? rest)
}

/**
 * What a caller of another company is answered: 404 if the call names something of this company,
 * which does not seem to exist outside it. A call that names nothing only concerns the caller's own
 * company.
 */
function toForeigner({ path }: ReachedDoor, { names, else: rest }: ReachRule): Meant {
  if (names || /\/:(id|uid)\b/.test(path)) return 404
  return rest === 'nothing' ? 'nothing' : 'yes'
}
