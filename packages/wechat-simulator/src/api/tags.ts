import { nextNumber } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { Follower, Tag } from '../types.ts'
import {
  bytesOf,
  followerOf,
  get,
  may,
  needNumber,
  needObject,
  needText,
  post,
  refuse,
  textsIn,
} from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'
import { openidsOf, page } from './users.ts'

const starred: Omit<Tag, 'appid'> = { id: 2, name: '星标组' }

function find(call: Call, id: number): Omit<Tag, 'appid'> {
  if (id === starred.id) return starred
  return call.store.tags.get(keyOf(call.account.appid, id)) ?? refuse(45159)
}

function nameIn(call: Call): string {
  const name = needText(needObject(call.body, 'tag', 45157), 'name', 45157)
  if (bytesOf(name) > 30) refuse(45158)
  return ofAccount(call.store, 'tags', call.account.appid).some((one) => one.name === name)
    ? refuse(45157)
    : name
}

function ownTag(call: Call): Tag {
  const id = needNumber(needObject(call.body, 'tag', 45159), 'id', 45159)
  if (id <= 2) refuse(45058)
  return call.store.tags.get(keyOf(call.account.appid, id)) ?? refuse(45159)
}

function create(call: Call): Answer {
  const {
    store,
    account: { appid },
  } = call
  if (ofAccount(store, 'tags', appid).length >= 100) refuse(45056)
  const { id, name } = put(store, 'tags', {
    appid,
    name: nameIn(call),
    id: nextNumber(store, `tags ${appid}`, 100),
  })
  return { tag: { id, name } }
}

function update(call: Call): undefined {
  const tag = ownTag(call)
  tag.name = nameIn(call)
  call.store.saveSoon()
}

function remove(call: Call): undefined {
  const tag = ownTag(call)
  const fans = ofAccount(call.store, 'followers', tag.appid).filter((one) =>
    one.tagIds.includes(tag.id),
  )
  if (fans.length > 100_000) refuse(45057)
  for (const one of fans) one.tagIds = one.tagIds.filter((id) => id !== tag.id)
  call.store.tags.delete(keyOf(tag.appid, tag.id))
  call.store.saveSoon()
}

function list(call: Call): Answer {
  const all = [starred, ...ofAccount(call.store, 'tags', call.account.appid)]
  return {
    tags: all.map(({ id, name }) => ({
      id,
      name,
      count: openidsOf(call, (one) => one.tagIds.includes(id)).length,
    })),
  }
}

function fansOf(call: Call): Answer {
  const { id } = find(call, needNumber(call.body, 'tagid', 45159))
  return page(
    openidsOf(call, (one) => one.tagIds.includes(id)),
    may(call.body, 'next_openid', 'string') ?? '',
  )
}

function peopleIn(call: Call): Follower[] {
  const openids = textsIn(call.body, 'openid_list', 40031)
  if (openids.length === 0 || openids.length > 50) refuse(40032)
  return openids.map((openid) => followerOf(call, openid))
}

function tagPeople(call: Call): undefined {
  const { id } = find(call, needNumber(call.body, 'tagid', 45159))
  const people = peopleIn(call)
  if (people.some((one) => one.tagIds.length >= 20 && !one.tagIds.includes(id))) refuse(45059)
  for (const one of people) if (!one.tagIds.includes(id)) one.tagIds.push(id)
  call.store.saveSoon()
}

function untagPeople(call: Call): undefined {
  const { id } = find(call, needNumber(call.body, 'tagid', 45159))
  for (const one of peopleIn(call)) one.tagIds = one.tagIds.filter((tagId) => tagId !== id)
  call.store.saveSoon()
}

export const tagEndpoints: Endpoints = {
  '/cgi-bin/tags/create': post(create),
  '/cgi-bin/tags/get': get(list),
  '/cgi-bin/tags/update': post(update),
  '/cgi-bin/tags/delete': post(remove),
  '/cgi-bin/user/tag/get': post(fansOf),
  '/cgi-bin/tags/members/batchtagging': post(tagPeople),
  '/cgi-bin/tags/members/batchuntagging': post(untagPeople),
  '/cgi-bin/tags/getidlist': post((call) => ({
    tagid_list: followerOf(call, call.body['openid']).tagIds,
  })),
}
