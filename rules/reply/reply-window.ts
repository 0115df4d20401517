// How often and for how long we may write to a follower: each thing they do allows a number of
// replies within some time. Where WeChat's documents leave a question open, this table takes the
// more cautious answer, because exceeding the limit means an error from WeChat.
export type Scene = 'message' | 'menu' | 'follow' | 'scan' | 'pay'

const hour = 3600_000
const minute = 60_000

export const scenes: Record<Scene, { budget: number; ms: number }> = {
  message: { budget: 5, ms: 48 * hour },
  menu: { budget: 3, ms: minute },
  follow: { budget: 3, ms: minute },
  scan: { budget: 3, ms: minute },
  // after a payment WeChat allowed 20 replies in 48 hours until 2023; its documents no longer
  // mention this, so we count none
  pay: { budget: 0, ms: 0 },
}

/**
 * A tap on an entry of a menu message arrives as a text. WeChat documents that it counts as a menu
 * tap.
 */
export const tapCountsAs: Scene = 'menu'

const ofEvents: Record<string, Scene> = {
  subscribe: 'follow',
  scan: 'scan',
  click: 'menu',
  scancode_push: 'menu',
  scancode_waitmsg: 'menu',
}
export const sceneOf = (event: string): Scene | null => ofEvents[event] ?? null

/**
 * A message from the follower opens the long window. Follows, scans and taps on some kinds of menu
 * button open a short one next to it.
 */
export type LongWindow = {
  window_end: number | null
  budget_left: number
  window_scene: string | null
}
export type BriefWindow = {
  brief_end: number | null
  brief_left: number
  brief_scene: string | null
}
export type Window = LongWindow & BriefWindow

type OneWindow = { end: number; left: number; scene: string | null }
const longOf = (window: LongWindow): OneWindow => ({
  end: window.window_end ?? 0,
  left: window.budget_left,
  scene: window.window_scene,
})
const briefOf = (window: BriefWindow): OneWindow => ({
  end: window.brief_end ?? 0,
  left: window.brief_left,
  scene: window.brief_scene,
})
const asLong = ({ end, left, scene }: OneWindow): LongWindow => ({
  window_end: end || null,
  budget_left: left,
  window_scene: scene,
})
const asBrief = ({ end, left, scene }: OneWindow): BriefWindow => ({
  brief_end: end || null,
  brief_left: left,
  brief_scene: scene,
})

/**
 * Adds what an event of the follower allows to an open window. The allowances do not add up: the
 * result has the larger number of replies and the later end.
 */
function widened(part: OneWindow, scene: Scene, now: number): OneWindow {
  const { budget, ms } = scenes[scene]
  if (budget === 0) return part
  return {
    end: Math.max(part.end, now + ms),
    left: Math.max(part.end > now ? part.left : 0, budget),
    scene,
  }
}

export const widenWindow = (window: LongWindow, now: number): LongWindow =>
  asLong(widened(longOf(window), 'message', now))
export const openBriefly = (window: BriefWindow, scene: Scene, now: number): BriefWindow =>
  asBrief(widened(briefOf(window), scene, now))

export type WindowLeft = { endsAt: number | null; remaining: number; scene: string | null }

/**
 * What may be sent now. It is not known whether WeChat adds the two windows up, so we assume that
 * it does not: each reply counts in both.
 */
export function standing(window: Window, now: number): WindowLeft {
  const [long, brief] = [longOf(window), briefOf(window)]
  const open = [long, brief]
    .filter((part) => part.end > now)
    .sort((a, b) => b.left - a.left || b.end - a.end)
  const best = open[0] ?? (brief.end > long.end ? brief : long)
  return { endsAt: best.end || null, remaining: open[0]?.left ?? 0, scene: best.scene }
}

export type WindowRefusal =
  'reply_window_closed' | 'reply_budget_used' | 'last_reply_reserved' | null

/**
 * Whether a reply may be sent to the follower now: null if so, otherwise why not. With `reserve`
 * the last reply that a message of the follower allows is kept back, and only callers that
 * explicitly ask for it may use it.
 */
export function mayReply(window: Window, now: number, reserve = false): WindowRefusal {
  const { endsAt, remaining, scene } = standing(window, now)
  if ((endsAt ?? 0) <= now) return 'reply_window_closed'
  if (remaining <= 0) return 'reply_budget_used'
  return reserve && remaining === 1 && scene === 'message' ? 'last_reply_reserved' : null
}

const takenFrom = (part: OneWindow, now: number): OneWindow =>
  part.end > now ? { ...part, left: Math.max(0, part.left - 1) } : part

export const takeReply = (window: Window, now: number): Window => ({
  ...asLong(takenFrom(longOf(window), now)),
  ...asBrief(takenFrom(briefOf(window), now)),
})

const mostOf = ({ scene }: OneWindow): number =>
  scene !== null && scene in scenes ? scenes[scene as Scene].budget : 0

/**
 * Gives back replies that certainly did not arrive. If both windows are open and one of them is
 * used up, that one gets nothing back, since the reply may not have come from it.
 */
export function giveBack(window: Window, replies: number, now: number): Window {
  const [long, brief] = [longOf(window), briefOf(window)]
  const both = long.end > now && brief.end > now
  const back = (part: OneWindow): OneWindow =>
    part.end <= now || (both && part.left === 0)
      ? part
      : { ...part, left: Math.min(Math.max(mostOf(part), part.left), part.left + replies) }
  return { ...asLong(back(long)), ...asBrief(back(brief)) }
}

const closedCode = 45015
const usedCode = 45047

/**
 * Corrects our count of replies when WeChat refuses one: its count is right and ours is wrong, so
 * the windows that were open when we sent are set to empty. A window that the follower opened since
 * then stays.
 */
export function believeRefusal(
  window: Window,
  errcode: number | null,
  { sentAt, now }: { sentAt: number; now: number },
): Window | null {
  if (errcode !== closedCode && errcode !== usedCode) return null
  const heard = (part: OneWindow): OneWindow => {
    const openedAt =
      part.end - (part.scene !== null && part.scene in scenes ? scenes[part.scene as Scene].ms : 0)
    if (openedAt > sentAt) return part
    return { ...part, left: 0, end: errcode === closedCode ? Math.min(part.end, now) : part.end }
  }
  return { ...asLong(heard(longOf(window))), ...asBrief(heard(briefOf(window))) }
}

/** Closes both windows when the customer no longer follows: nobody can write to them then. */
export const closeWindow = (
  now: number,
): Pick<Window, 'window_end' | 'budget_left' | 'brief_end' | 'brief_left'> => ({
  window_end: now,
  budget_left: 0,
  brief_end: now,
  brief_left: 0,
})

const typingAfterMs = 30_000

/** WeChat shows "typing" only within 30 seconds after the last line in either direction. */
export const showsTyping = (customer: Window & { active_at: number }, now: number): boolean =>
  mayReply(customer, now) !== 'reply_window_closed' && now - customer.active_at < typingAfterMs
