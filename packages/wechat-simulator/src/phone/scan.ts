import { failWith, isText, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import type { Store } from '../state/store.ts'
import type { Code } from '../types.ts'
import { sendEvent } from './act.ts'
import type { PhoneAnswer } from './act.ts'
import { getFollower } from './people.ts'

function codeIn(store: Store, appid: string, body: Body): Code | null {
  const ticket = optionalText(body, 'ticket')
  if (ticket === null) return null
  const code = store.codes.get(ticket)
  if (code?.appid !== appid) throw failWith(404, 'not_found', 'no such QR code of this account')
  if (code.expiresAt !== null && code.expiresAt <= store.now()) {
    throw failWith(409, 'code_expired', 'the QR code has expired')
  }
  return code
}

/**
 * A person scans a QR code with a parameter: for a follower this is a scan event, anybody else
 * follows the account by it. Instead of a code only its parameter (scene) may be given.
 */
export async function scan(store: Store, openid: string, body: Body): Promise<PhoneAnswer> {
  const { appid, subscribed } = getFollower(store, textOf(body, 'appid'), openid)
  const code = codeIn(store, appid, body)
  const given = body['scene']
  const scene = code?.scene ?? (typeof given === 'number' || isText(given) ? given : null)
  if (scene === null) throw failWith(400, 'invalid_input', 'a ticket or a scene must be given')
  const ticket = code?.ticket ?? 'gQSimulatedTicket=='
  return subscribed
    ? sendEvent(store, openid, { appid, event: 'SCAN', eventKey: String(scene), ticket })
    : sendEvent(store, openid, {
        appid,
        event: 'subscribe',
        eventKey: `qrscene_${String(scene)}`,
        ticket,
      })
}
