import { isBody } from '../http.ts'
import { ofAccount } from '../state/tables.ts'
import type { Follower } from '../types.ts'
import { bytesOf, followerOf, get, may, post, refuse, textsIn } from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'

/** The data of a follower. As since 2021 at WeChat, there is no nickname and no picture in it. */
function infoOf(one: Follower): Answer {
  const known = { openid: one.openid, ...(one.unionid === '' ? {} : { unionid: one.unionid }) }
  if (!one.subscribed) return { subscribe: 0, ...known }
  return {
    subscribe: 1,
    ...known,
    language: 'zh_CN',
    subscribe_time: one.subscribedAt,
    remark: one.remark,
    groupid: one.tagIds[0] ?? 0,
    tagid_list: one.tagIds,
    subscribe_scene: one.subscribeScene,
    qr_scene: one.qrScene,
    qr_scene_str: one.qrSceneStr,
  }
}

function batchInfo(call: Call): Answer {
  const list = may(call.body, 'user_list', 'array') ?? refuse(40031)
  if (list.length === 0 || list.length > 100) refuse(40032)
  return {
    user_info_list: list.map((one) =>
      infoOf(followerOf(call, isBody(one) ? one['openid'] : refuse(47001))),
    ),
  }
}

/**
 * Returns a page of the openids that follow the openid `after`, or the first page if `after` is
 * empty.
 */
export function page(all: string[], after: string, most = 10_000): Answer {
  const start = after === '' ? 0 : all.indexOf(after) + 1
  if (after !== '' && start === 0) refuse(40003)
  const some = all.slice(start, start + most)
  return {
    count: some.length,
    ...(some.length === 0 ? {} : { data: { openid: some } }),
    next_openid: some.at(-1) ?? '',
  }
}

export function openidsOf(call: Call, which: (one: Follower) => boolean): string[] {
  return ofAccount(call.store, 'followers', call.account.appid)
    .filter(which)
    .map((one) => one.openid)
}

function listFollowers(call: Call): Answer {
  const all = openidsOf(call, (one) => one.subscribed)
  return { total: all.length, ...page(all, call.query.get('next_openid') ?? '') }
}

function updateRemark(call: Call): undefined {
  const follower = followerOf(call, call.body['openid'])
  const remark = may(call.body, 'remark', 'string') ?? refuse(40035)
  if (bytesOf(remark) >= 30) refuse(40092)
  if (!follower.subscribed) refuse(43004)
  follower.remark = remark
  call.store.saveSoon()
}

function listBlacklist(call: Call): Answer {
  const all = openidsOf(call, (one) => one.blacklisted)
  return { total: all.length, ...page(all, may(call.body, 'begin_openid', 'string') ?? '') }
}

function blacklist(blacklisted: boolean): (call: Call) => undefined {
  return (call) => {
    const openids = textsIn(call.body, 'openid_list', 40031)
    if (openids.length === 0 || openids.length > 20) refuse(40032)
    for (const follower of openids.map((openid) => followerOf(call, openid))) {
      follower.blacklisted = blacklisted
    }
    call.store.saveSoon()
  }
}

const more = { notFor: ['unverified' as const] }

export const userEndpoints: Endpoints = {
  '/cgi-bin/user/info': get((call) => infoOf(followerOf(call, call.query.get('openid'))), {
    daily: 5_000_000,
    ...more,
  }),
  '/cgi-bin/user/info/batchget': post(batchInfo, more),
  '/cgi-bin/user/get': get(listFollowers, { daily: 500, ...more }),
  '/cgi-bin/user/info/updateremark': post(updateRemark, { daily: 10_000, ...more }),
  '/cgi-bin/tags/members/getblacklist': post(listBlacklist, more),
  '/cgi-bin/tags/members/batchblacklist': post(blacklist(true), more),
  '/cgi-bin/tags/members/batchunblacklist': post(blacklist(false), more),
}
