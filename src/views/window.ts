import { standing, type Window } from '../../rules/reply/reply-window.ts'
import { presentTime } from './times.ts'

/** How often and how long a customer may be written to. */
export function presentWindow(window: Window, now: number) {
  const { endsAt, remaining, scene } = standing(window, now)
  return { endsAt: presentTime(endsAt), remaining, scene }
}
