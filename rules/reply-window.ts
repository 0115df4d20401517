// How often and how long may we write to a follower? A message of his gives 5 in 48 hours, a follow 3 in one minute.
// An action raises what is left to its number and the end to the later one; it never lowers either.
export type Window = { window_end: number | null, budget_left: number, window_scene: string | null }
export type Scene = 'message' | 'follow'

const gives: Record<Scene, { budget: number, ms: number }> = {
  message: { budget: 5, ms: 48 * 3600_000 },
  follow: { budget: 3, ms: 60_000 },
}

export function widenWindow(window: Window, scene: Scene, now: number): Window {
  const { budget, ms } = gives[scene]
  const stillOpen = (window.window_end ?? 0) > now
  return {
    window_end: Math.max(window.window_end ?? 0, now + ms),
    budget_left: Math.max(stillOpen ? window.budget_left : 0, budget),
    window_scene: scene,
  }
}

export function mayReply(window: Window, now: number): 'reply_window_closed' | 'reply_budget_used' | null {
  if ((window.window_end ?? 0) <= now) return 'reply_window_closed'
  return window.budget_left > 0 ? null : 'reply_budget_used'
}

const typingAfterMs = 30_000

/** WeChat shows that somebody is writing only within 30 seconds of a line, either way. */
export const showsTyping = (customer: Pick<Window, 'window_end'> & { active_at: number }, now: number): boolean =>
  (customer.window_end ?? 0) > now && now - customer.active_at < typingAfterMs
