import { openBriefly, tapCountsAs } from '../../../../rules/reply/reply-window.ts'
import type { Effects } from './effects.ts'
import type { Facts } from './facts.ts'

/** An entry of a menu message: it arrives as a text, and opens the window of a tap. */
export function tap({ at }: Facts, effects: Effects): void {
  const { visit } = effects
  if (!visit) return
  Object.assign(visit, openBriefly(visit, tapCountsAs, at))
  effects.visitChanged = true
}
