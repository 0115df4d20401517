import { nextNumber, seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { DeskCase, Follower } from '../types.ts'
import type { Fields } from '../wire/xml.ts'
import { tell } from './tell.ts'

// WeChat's own customer-service desk: which followers wait, which account of the desk serves whom,
// and the recorded lines.

export function caseOf(store: Store, appid: string, openid: string): DeskCase | undefined {
  return store.desk.get(keyOf(appid, openid))
}

function announce(store: Store, appid: string, about: { openid: string; fields: Fields }): void {
  const account = store.accounts.get(appid)
  if (account !== undefined) tell(store, account, about)
}

function record(
  store: Store,
  one: DeskCase,
  entry: { opercode: number; text: string; worker: string },
): void {
  const id = nextNumber(store, `records ${one.appid}`)
  put(store, 'records', {
    appid: one.appid,
    id,
    openid: one.openid,
    at: seconds(store.now()),
    ...entry,
  })
  store.saveSoon()
}

type Session = { appid: string; openid: string; kfAccount: string }

export function openSession(store: Store, { appid, openid, kfAccount }: Session): void {
  const old = caseOf(store, appid, openid)?.kfAccount ?? null
  const one = put(store, 'desk', { appid, openid, kfAccount, since: seconds(store.now()) })
  record(store, one, { opercode: old === null ? 1001 : 1005, text: '', worker: kfAccount })
  const fields: Fields =
    old === null
      ? { Event: 'kf_create_session', KfAccount: kfAccount }
      : { Event: 'kf_switch_session', FromKfAccount: old, ToKfAccount: kfAccount }
  announce(store, appid, { openid, fields })
}

export function closeSession(store: Store, one: DeskCase): void {
  store.desk.delete(keyOf(one.appid, one.openid))
  record(store, one, { opercode: 1004, text: '', worker: one.kfAccount ?? '' })
  announce(store, one.appid, {
    openid: one.openid,
    fields: { Event: 'kf_close_session', KfAccount: one.kfAccount ?? '' },
  })
}

/**
 * The account answered `transfer_customer_service`: the named desk account gets the follower if it
 * is online, otherwise the follower waits.
 */
export function handOver(store: Store, follower: Follower, kfAccount: string | null): void {
  const { appid, openid } = follower
  if (typeof caseOf(store, appid, openid)?.kfAccount === 'string') return
  const found = ofAccount(store, 'kfAccounts', appid).find((one) => one.account === kfAccount)
  if (found !== undefined && found.online > 0) {
    openSession(store, { appid, openid, kfAccount: found.account })
  } else put(store, 'desk', { appid, openid, kfAccount: null, since: seconds(store.now()) })
  store.saveSoon()
}

const told: Record<string, string> = {
  image: '[image]',
  voice: '[voice]',
  video: '[video]',
  shortvideo: '[video]',
}

/**
 * Records a line of WeChat's own customer-service desk: `opercode` 2003 is a line that the agent
 * received, 2002 one that the agent sent.
 */
export function recordLine(
  store: Store,
  follower: Follower,
  line: { opercode: 2002 | 2003; type: string; text: string },
): void {
  const one = caseOf(store, follower.appid, follower.openid)
  if (typeof one?.kfAccount !== 'string') return
  record(store, one, {
    opercode: line.opercode,
    text: told[line.type] ?? line.text,
    worker: one.kfAccount,
  })
}
