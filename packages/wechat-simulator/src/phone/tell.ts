import { deliver } from '../push/deliver.ts'
import { nextNumber, seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Account } from '../types.ts'
import type { Fields } from '../wire/xml.ts'

export function headOf(
  store: Store,
  account: Account,
  about: { openid: string; type: string; createTime?: unknown },
): Fields {
  const { openid, type, createTime } = about
  return {
    ToUserName: account.originalId,
    FromUserName: openid,
    CreateTime: typeof createTime === 'number' ? createTime : seconds(store.now()),
    MsgType: type,
  }
}

export function eventKey(store: Store, appid: string): string {
  return `${appid}|evt|${nextNumber(store, 'events')}`
}

/**
 * Pushes an event that comes from WeChat itself, such as the result of a job. Nobody waits for it.
 */
export function tell(
  store: Store,
  account: Account,
  about: { openid: string; fields: Fields },
): void {
  const fields = {
    ...headOf(store, account, { openid: about.openid, type: 'event' }),
    ...about.fields,
  }
  const push = {
    account,
    openid: about.openid,
    fields,
    msgId: null,
    key: eventKey(store, account.appid),
    isMessage: false,
    showsFailure: false,
  }
  // an account without a server address gets no pushes, and nobody waits for this one, so a failure
  // is ignored
  deliver(store, push).catch(() => undefined)
}
