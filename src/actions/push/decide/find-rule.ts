// Finds the rule that answers a push. This needs only the push, the time and the company's compiled
// rules.
import type { Found, Matcher } from '../../../../rules/auto-reply/keyword.ts'
import type { Moment } from '../../../../rules/auto-reply/rule.ts'
import type { Deed } from '../../../ports.ts'
import type { Push } from './push.ts'

export function findRule({ deed, company: { matcher }, account }: Push, now: number): Found | null {
  const moment = { accountId: account.account_id, now }
  // a tap on a menu message arrives as a text, so rules are asked both for the id of the tapped
  // entry and for its words
  if (deed.kind === 'text') {
    return (
      (deed.tapped ? matcher.event('menu', deed.tapped, moment) : null) ??
      matcher.text(deed.text, moment)
    )
  }
  return deed.kind === 'event' ? ofEvent(matcher, deed, moment) : null
}

function ofEvent(
  matcher: Matcher,
  { name, key, scene }: Extract<Deed, { kind: 'event' }>,
  moment: Moment,
): Found | null {
  if (name === 'click' || name === 'scancode_waitmsg') return matcher.event('menu', key, moment)
  if (name === 'scan') return matcher.event('scan', scene ?? key, moment)
  if (name !== 'subscribe') return null
  return (
    (scene === undefined ? null : matcher.event('scan', scene, moment)) ??
    matcher.event('subscribe', '', moment)
  )
}
