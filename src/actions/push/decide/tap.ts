import { openBriefly, tapCountsAs } from '../../../../rules/reply/reply-window.ts'
import { changeVisit, type Effects } from './effects.ts'
import type { Facts } from './facts.ts'

/**
 * Handles a tap on an entry of a menu message. It arrives as a text, but opens the reply window of
 * a menu tap.
 */
export function tap({ at }: Facts, effects: Effects): void {
  const { visit } = effects
  if (visit) changeVisit(effects, openBriefly(visit, tapCountsAs, at))
}
