// Tells that an agent is typing. WeChat is told only if it would show it, and not again while it
// still does. Colleagues get an event that is not stored.
import { mayWrite } from '../../../rules/session/session.ts'
import { showsTyping } from '../../../rules/reply/reply-window.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { inBackground } from '../../in-background.ts'
import type { Needs } from '../../ports.ts'
import { personIn, type Me } from '../access/caller.ts'
import { notFound, refuseWrite } from '../access/refuse.ts'

/**
 * WeChat is not told again that an agent is typing within this time, because it shows "typing" for
 * 15 seconds.
 */
const shownMs = 12_000

export async function typeIn(
  needs: Needs<'store' | 'bus' | 'clock' | 'cache' | 'known' | 'channel' | 'log'>,
  me: Me,
  sessionId: string,
): Promise<SessionRow> {
  const { read } = needs.store
  const session = await read.sessions.find(me.companyId, sessionId)
  const customer = session && (await read.customers.find(me.companyId, session.wx_user_id))
  if (!customer) throw notFound()
  refuseWrite(mayWrite(session, await personIn(read, me, session), undefined))

  needs.bus.publish('typing', `${me.companyId} ${sessionId} ${me.uid}`)
  const key = `typing:${sessionId}`
  const now = needs.clock.now()
  if (!showsTyping(customer, now) || Number(await needs.cache.get(key)) > now) return session
  await needs.cache.set(key, String(now + shownMs), shownMs)
  const account = await needs.known.account(customer.appid)
  // WeChat is told in the background that an agent is typing: nobody waits for it, and a failure
  // has no consequences
  if (account?.account_id === customer.account_id) {
    inBackground(needs.log, 'typing', needs.channel.typing(account, customer.openid))
  }
  return session
}
