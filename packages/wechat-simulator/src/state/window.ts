import type { Follower, ReplyWindow } from '../types.ts'

const minute = 60_000
const rules = {
  message: { limit: 5, lasts: 48 * 60 * minute },
  menu: { limit: 3, lasts: minute },
  follow: { limit: 3, lasts: minute },
  scan: { limit: 3, lasts: minute },
}
export type Scene = keyof typeof rules

export function sceneOfEvent(event: string): Scene | null {
  const name = event.toLowerCase()
  if (name === 'subscribe') return 'follow'
  if (name === 'scan') return 'scan'
  return ['click', 'scancode_push', 'scancode_waitmsg'].includes(name) ? 'menu' : null
}

/**
 * Lets the account write to a follower after something the follower did. Allowances do not add up:
 * the larger number and the later end count.
 */
export function openWindow(follower: Follower, scene: Scene, now: number): void {
  const { limit, lasts } = rules[scene]
  const old: ReplyWindow | null =
    follower.window !== null && follower.window.endsAt > now ? follower.window : null
  follower.window = {
    endsAt: Math.max(old?.endsAt ?? 0, now + lasts),
    remaining: Math.max(old?.remaining ?? 0, limit),
    scene: old !== null && old.endsAt > now + lasts ? old.scene : scene,
  }
  follower.lastExchangeAt = now
}

export function windowError(follower: Follower, now: number): number {
  if (follower.window === null || follower.window.endsAt <= now) return 45015
  return follower.window.remaining <= 0 ? 45047 : 0
}
