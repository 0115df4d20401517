// The menu below the conversation (自定义菜单).
import { look, post, tell, type Wire } from '../call.ts'

export type MenuEvent =
  | 'click'
  | 'scancode_push'
  | 'scancode_waitmsg'
  | 'location_select'
  | 'pic_sysphoto'
  | 'pic_photo_or_album'
  | 'pic_weixin'
export type MenuButton = { name: string } & (
  | { type: MenuEvent; key: string }
  | { type: 'view'; url: string }
  | { type: 'miniprogram'; url: string; appid: string; pagepath: string }
  | { type: 'media_id' | 'view_limited'; media_id: string }
  | { type: 'article_id' | 'article_view_limited'; article_id: string }
)
/** A menu has at most three buttons, and at most five below each of them. */
export type Menu = { button: (MenuButton | { name: string; sub_button: MenuButton[] })[] }
export type MatchRule = { tag_id?: string; client_platform_type?: '1' | '2' | '3' }
export type ConditionalMenu = Menu & { matchrule: MatchRule }

export type SetMenus = {
  menu: Menu & { menuid?: string }
  conditionalmenu?: (ConditionalMenu & { menuid: string })[]
}

/** A menu made in WeChat's web console has a different shape than one made through the API. */
export type CurrentMenu = { is_menu_open: 0 | 1; selfmenu_info?: { button: CurrentButton[] } }
export type CurrentButton = {
  name: string
  type?: string
  key?: string
  url?: string
  value?: string
  news_info?: { list: CurrentNews[] }
  sub_button?: { list: CurrentButton[] }
}

export type CurrentNews = {
  title: string
  author: string
  digest: string
  show_cover: 0 | 1
  cover_url: string
  content_url: string
  source_url: string
}

const remove =
  ({ ask }: Wire) =>
  async (): Promise<void> => {
    await ask({ method: 'GET', path: '/cgi-bin/menu/delete', answer: 'done' })
  }

export const menu = {
  create: tell<Menu>('/cgi-bin/menu/create'),
  /** Returns the menus that were made through the API; refused with 46003 if there is no menu. */
  get: look<SetMenus>('/cgi-bin/menu/get'),
  current: look<CurrentMenu>('/cgi-bin/get_current_selfmenu_info'),
  /** Removes the account's menu together with all its conditional menus. */
  remove,
  addConditional: post<ConditionalMenu, { menuid: string }>('/cgi-bin/menu/addconditional'),
  removeConditional: tell<{ menuid: string }>('/cgi-bin/menu/delconditional'),
  /** The menu that this follower sees. `user_id` is an openid or a WeChat name. */
  match: post<{ user_id: string }, Menu>('/cgi-bin/menu/trymatch'),
}
