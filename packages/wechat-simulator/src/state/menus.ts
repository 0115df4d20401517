import { isText } from '../http.ts'
import type { Follower, Json, Menu } from '../types.ts'
import type { Store } from './store.ts'
import { ofAccount } from './tables.ts'

export function menusOf(
  store: Store,
  appid: string,
): { main: Menu | undefined; conditional: Menu[] } {
  const all = ofAccount(store, 'menus', appid)
  return {
    main: all.find((one) => one.matchrule === null),
    conditional: all.filter((one) => one.matchrule !== null),
  }
}

/**
 * Every simulated phone is an Android phone in China, set to Chinese, so which conditional menu a
 * follower sees can depend only on their tags.
 */
const phone: Json = { client_platform_type: '2', language: 'zh_CN', country: '中国' }

function fits(rule: Json, follower: Follower): boolean {
  return Object.entries(rule).every(([name, value]) => {
    if (!isText(value) && typeof value !== 'number') return true
    if (name === 'tag_id' || name === 'group_id') return follower.tagIds.includes(Number(value))
    return phone[name] === undefined || phone[name] === String(value)
  })
}

/** The newest conditional menu that fits the follower, or else the ordinary menu. */
export function menuFor(store: Store, follower: Follower): Menu | undefined {
  const { main, conditional } = menusOf(store, follower.appid)
  return conditional.findLast((one) => fits(one.matchrule ?? {}, follower)) ?? main
}
