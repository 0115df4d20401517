import { randomBytes } from 'node:crypto'
import { failWith, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { findFollower, isoNow, seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { followerDefaults, ofAccount, put } from '../state/tables.ts'
import type { Account, Follower } from '../types.ts'

export function getAccount(store: Store, appid: string): Account {
  const account = store.accounts.get(appid)
  if (account === undefined) throw failWith(404, 'not_found', `no account ${appid}`)
  return account
}

export function getFollower(store: Store, appid: string, openid: string): Follower {
  getAccount(store, appid)
  const follower = findFollower(store, appid, openid)
  if (follower === undefined) {
    throw failWith(404, 'not_found', `${openid} is no follower of ${appid}`)
  }
  return follower
}

const nicknames = ['小明', '小红', '阿强', '丽丽', '大伟', '静静', '小宇', '晓雪', '老王', '小芳']

export function addFollower(store: Store, body: Body): { follower: Follower; isNew: boolean } {
  const { appid } = getAccount(store, textOf(body, 'appid'))
  const openid =
    optionalText(body, 'openid') ?? `o${randomBytes(21).toString('base64url').slice(0, 27)}`
  const known = findFollower(store, appid, openid)
  if (known !== undefined) return { follower: known, isNew: false }
  const count = ofAccount(store, 'followers', appid).length
  const follower = put(store, 'followers', {
    ...structuredClone(followerDefaults),
    appid,
    openid,
    subscribed: body['subscribed'] !== false,
    createdAt: isoNow(store),
    subscribedAt: seconds(store.now()),
    unionid: optionalText(body, 'unionid') ?? '',
    nickname: optionalText(body, 'nickname') ?? nicknames[count] ?? `粉丝 ${count + 1}`,
  })
  store.saveSoon()
  return { follower, isNew: true }
}

/**
 * Changes on the phone of which the account is not told: the name, or blocking the account's
 * messages.
 */
export function changeFollower(store: Store, openid: string, body: Body): Follower {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  for (const name of ['nickname', 'unionid'] as const) {
    if (typeof body[name] === 'string') follower[name] = body[name]
  }
  if (typeof body['blocked'] === 'boolean') follower.blocked = body['blocked']
  store.saveSoon()
  return follower
}
