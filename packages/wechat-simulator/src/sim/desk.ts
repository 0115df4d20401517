import { failWith, isText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { caseOf, openSession, recordLine } from '../phone/desk.ts'
import { getFollower } from '../phone/people.ts'
import { addLine } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { keyOf } from '../state/tables.ts'
import type { KfAccount, Line } from '../types.ts'

type Which = { appid: string; account: string }

function find(store: Store, { appid, account }: Which): KfAccount {
  const found = store.kfAccounts.get(keyOf(appid, account))
  if (found === undefined) throw failWith(404, 'not_found', `no kf account ${account}`)
  return found
}

/**
 * An agent of WeChat's own desk accepts the invitation, comes online or leaves. `online`: 0
 * offline, 1 web, 2 mobile, 3 both.
 */
export function changeKf(store: Store, which: Which, body: Body): KfAccount {
  const one = find(store, which)
  const { invite, online, wx } = body
  if (invite === 'accept') Object.assign(one, { wx: one.inviteWx, inviteStatus: '', inviteWx: '' })
  if (invite === 'reject') one.inviteStatus = 'rejected'
  if (isText(wx)) one.wx = wx
  if (online === 0 || online === 1 || online === 2 || online === 3) one.online = online
  store.saveSoon()
  return one
}

/** An agent writes from WeChat's own desk, and serves the follower from now on. */
export function sayAsKf(store: Store, which: Which, body: Body): Line {
  const one = find(store, which)
  const follower = getFollower(store, one.appid, textOf(body, 'openid'))
  const served = caseOf(store, one.appid, follower.openid)?.kfAccount ?? null
  if (served !== null && served !== one.account) {
    throw failWith(409, 'served_by_another', `${served} is serving the customer`)
  }
  if (served === null) {
    openSession(store, { appid: one.appid, openid: follower.openid, kfAccount: one.account })
  }
  const text = textOf(body, 'text')
  recordLine(store, follower, { opercode: 2002, type: 'text', text })
  return addLine(store, follower, { way: 'desk', type: 'text', text, kfAccount: one.account })
}
