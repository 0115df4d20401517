// Which rule answers a push? Asked before anything is locked: it needs nothing but the push and the company's compiled rules.
import type { Found } from '../../../rules/keyword.ts'
import type { Push } from './push.ts'

export function askRules({ deed, company: { matcher }, account }: Push, now: number): Found | null {
  const moment = { accountId: account.account_id, now }
  // a tapped entry of a menu message comes as a text: its id first, then its words
  if (deed.kind === 'text') return (deed.tapped ? matcher.event('menu', deed.tapped, moment) : null) ?? matcher.text(deed.text, moment)
  if (deed.kind !== 'event') return null
  switch (deed.name) {
    case 'subscribe': return (deed.scene === undefined ? null : matcher.event('scan', deed.scene, moment)) ?? matcher.event('subscribe', '', moment)
    case 'scan': return matcher.event('scan', deed.scene ?? deed.key, moment)
    case 'click': case 'scancode_waitmsg': return matcher.event('menu', deed.key, moment)
    default: return null
  }
}
