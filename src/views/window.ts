import type { ReplyWindow } from 'kefu-wire'
import { standing, type Window } from '../../rules/reply/reply-window.ts'
import { presentTime } from './times.ts'

/**
 * A customer's reply window as the API shows it: how many replies they may still be sent, and until
 * when.
 */
export function presentWindow(window: Window, now: number): ReplyWindow {
  const { endsAt, remaining, scene } = standing(window, now)
  return { endsAt: presentTime(endsAt), remaining, scene: scene as ReplyWindow['scene'] }
}
