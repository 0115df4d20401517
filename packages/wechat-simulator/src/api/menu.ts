import { isBody, isText } from '../http.ts'
import type { Body } from '../http.ts'
import { menuFor, menusOf } from '../state/menus.ts'
import { findFollower, nextNumber } from '../state/store.ts'
import { keyOf, put } from '../state/tables.ts'
import type { Menu } from '../types.ts'
import { bytesOf, get, may, needText, post, refuse } from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'

type Codes = { name: number; type: number; key: number; url: number; nameBytes: number }
const top: Codes = { name: 40018, type: 40017, key: 40019, url: 40020, nameBytes: 16 }
const sub: Codes = { name: 40025, type: 40024, key: 40026, url: 40027, nameBytes: 60 }

const withKey = [
  'click',
  'scancode_push',
  'scancode_waitmsg',
  'pic_sysphoto',
  'pic_photo_or_album',
  'pic_weixin',
  'location_select',
]
const withMedia = ['media_id', 'view_limited']
const withArticle = ['article_id', 'article_view_limited']

function checkUrl(button: Body, codes: Codes): void {
  const url = needText(button, 'url', codes.url)
  if (bytesOf(url) > 1024) refuse(codes.url)
}

function checkAction(button: Body, codes: Codes, call: Call): void {
  const type = needText(button, 'type', codes.type)
  if (withKey.includes(type)) {
    if (bytesOf(needText(button, 'key', codes.key)) > 128) refuse(codes.key)
  } else if (type === 'view') checkUrl(button, codes)
  else if (type === 'miniprogram') {
    checkUrl(button, codes)
    const appid = needText(button, 'appid', 40166)
    if (call.account.miniPrograms?.includes(appid) === false) refuse(45064)
    needText(button, 'pagepath', 40165)
  } else if (withMedia.includes(type)) needText(button, 'media_id', 41006)
  else if (withArticle.includes(type)) needText(button, 'article_id', 40035)
  else refuse(codes.type)
}

function checkButton(button: unknown, codes: Codes, call: Call): asserts button is Body {
  if (!isBody(button)) refuse(47001)
  if (bytesOf(needText(button, 'name', codes.name)) > codes.nameBytes) refuse(codes.name)
  const below = may(button, 'sub_button', 'array') ?? []
  if (below.length > 5 || (codes === sub && below.length > 0)) refuse(40023)
  for (const one of below) checkButton(one, sub, call)
  if (below.length === 0) checkAction(button, codes, call)
}

function buttonsIn(call: Call): Body[] {
  const buttons = may(call.body, 'button', 'array') ?? refuse(40016)
  if (buttons.length === 0 || buttons.length > 3) refuse(40016)
  return buttons.map((one) => {
    checkButton(one, top, call)
    return one
  })
}

function forget(call: Call, menus: Menu[]): void {
  for (const one of menus) call.store.menus.delete(keyOf(one.appid, one.menuid))
  call.store.saveSoon()
}

function save(call: Call, matchrule: Body | null): Menu {
  const {
    store,
    account: { appid },
  } = call
  return put(store, 'menus', {
    appid,
    button: buttonsIn(call),
    matchrule,
    menuid: String(nextNumber(store, `menus ${appid}`, 400_000_001)),
  })
}

function create(call: Call): undefined {
  buttonsIn(call)
  const { main } = menusOf(call.store, call.account.appid)
  if (main !== undefined) forget(call, [main])
  save(call, null)
}

function addConditional(call: Call): Answer {
  if (menusOf(call.store, call.account.appid).main === undefined) refuse(65303)
  const rule = may(call.body, 'matchrule', 'object') ?? refuse(40035)
  if (!Object.values(rule).some((value) => isText(value) || typeof value === 'number')) {
    refuse(40035)
  }
  return { menuid: save(call, rule).menuid }
}

function remove(call: Call): undefined {
  const { main, conditional } = menusOf(call.store, call.account.appid)
  forget(call, main === undefined ? conditional : [main, ...conditional])
}

function removeConditional(call: Call): undefined {
  const id = String(call.body['menuid'])
  const found =
    menusOf(call.store, call.account.appid).conditional.find((one) => one.menuid === id) ??
    refuse(65301)
  forget(call, [found])
}

const filled = (button: Body): Body => ({
  ...button,
  sub_button: (Array.isArray(button['sub_button']) ? (button['sub_button'] as Body[]) : []).map(
    filled,
  ),
})

function read(call: Call): Answer {
  const { main, conditional } = menusOf(call.store, call.account.appid)
  if (main === undefined) refuse(46003)
  const shape = ({ button, menuid }: Menu): Answer => ({
    button: button.map(filled),
    menuid: Number(menuid),
  })
  return {
    menu: shape(main),
    ...(conditional.length === 0
      ? {}
      : {
          conditionalmenu: conditional.map((one) => ({ ...shape(one), matchrule: one.matchrule })),
        }),
  }
}

/**
 * Returns the present menu in the form that WeChat's console uses, in which the buttons below a
 * button are wrapped in `list`.
 */
function readSelf(call: Call): Answer {
  const { main } = menusOf(call.store, call.account.appid)
  const listed = (button: Body): Body => {
    const below = button['sub_button']
    return Array.isArray(below) && below.length > 0
      ? { name: button['name'], sub_button: { list: below } }
      : button
  }
  return {
    is_menu_open: main === undefined ? 0 : 1,
    ...(main === undefined ? {} : { selfmenu_info: { button: main.button.map(listed) } }),
  }
}

function tryMatch(call: Call): Answer {
  const follower =
    findFollower(call.store, call.account.appid, needText(call.body, 'user_id', 41009)) ??
    refuse(46004)
  return { button: (menuFor(call.store, follower) ?? refuse(46003)).button.map(filled) }
}

export const menuEndpoints: Endpoints = {
  '/cgi-bin/menu/create': post(create, { daily: 1000 }),
  '/cgi-bin/menu/get': get(read, { daily: 10_000 }),
  '/cgi-bin/menu/delete': get(remove, { daily: 1000, method: 'ANY' }),
  '/cgi-bin/get_current_selfmenu_info': get(readSelf),
  '/cgi-bin/menu/addconditional': post(addConditional, { daily: 2000 }),
  '/cgi-bin/menu/delconditional': post(removeConditional),
  '/cgi-bin/menu/trymatch': post(tryMatch),
}
