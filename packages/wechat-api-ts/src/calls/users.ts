// Followers (用户管理): who they are, their tags, the blacklist.
import { get, look, post, tell } from '../call.ts'

export type Language = 'zh_CN' | 'zh_TW' | 'en'
/** The data of a follower. Since 2021 WeChat no longer gives names and pictures. */
export type UserInfo = { openid: string; unionid?: string } & (
  | { subscribe: 0 }
  | {
      subscribe: 1
      language: string
      subscribe_time: number
      remark: string
      groupid: number
      tagid_list: number[]
      /** How the follower found the account. These values are known so far; WeChat may add more. */
      subscribe_scene: SubscribeScene | (string & {})
      qr_scene: number
      qr_scene_str: string
    }
)
export type SubscribeScene = `ADD_SCENE_${
  | 'SEARCH'
  | 'ACCOUNT_MIGRATION'
  | 'PROFILE_CARD'
  | 'QR_CODE'
  | 'PROFILE_LINK'
  | 'PROFILE_ITEM'
  | 'PAID'
  | 'WECHAT_ADVERTISEMENT'
  | 'REPRINT'
  | 'LIVESTREAM'
  | 'CHANNELS'
  | 'WXA'
  | 'OTHERS'}`

/** A page of openids. After the last page `data` is absent and `next_openid` is empty. */
export type Openids = {
  total: number
  count: number
  data?: { openid: string[] }
  next_openid: string
}

type Asked = { openid: string; lang?: Language }

export const users = {
  info: get<Asked, UserInfo>('/cgi-bin/user/info'),
  /** Reads the data of at most 100 followers in one call. */
  infos: post<{ user_list: Asked[] }, { user_info_list: UserInfo[] }>(
    '/cgi-bin/user/info/batchget',
  ),
  /** Lists the openids of all followers, up to 10,000 per page. */
  list: get<{ next_openid?: string }, Openids>('/cgi-bin/user/get'),
  /** Sets the account's remark about a follower, which must be shorter than 30 bytes. */
  remark: tell<{ openid: string; remark: string }>('/cgi-bin/user/info/updateremark'),
}

type Tagging = { openid_list: string[]; tagid: number }

export const tags = {
  /** Creates a tag for followers. An account may have 100 tags with names of at most 30 bytes. */
  create: post<{ tag: { name: string } }, { tag: { id: number; name: string } }>(
    '/cgi-bin/tags/create',
  ),
  list: look<{ tags: { id: number; name: string; count: number }[] }>('/cgi-bin/tags/get'),
  rename: tell<{ tag: { id: number; name: string } }>('/cgi-bin/tags/update'),
  remove: tell<{ tag: { id: number } }>('/cgi-bin/tags/delete'),
  followers: post<{ tagid: number; next_openid?: string }, Omit<Openids, 'total'>>(
    '/cgi-bin/user/tag/get',
  ),
  of: post<{ openid: string }, { tagid_list: number[] }>('/cgi-bin/tags/getidlist'),
  /** Gives a tag to at most 50 followers in one call. */
  give: tell<Tagging>('/cgi-bin/tags/members/batchtagging'),
  take: tell<Tagging>('/cgi-bin/tags/members/batchuntagging'),
}

export const blacklist = {
  list: post<{ begin_openid?: string }, Openids>('/cgi-bin/tags/members/getblacklist'),
  /** Puts at most 20 followers on the blacklist in one call. */
  add: tell<{ openid_list: string[] }>('/cgi-bin/tags/members/batchblacklist'),
  remove: tell<{ openid_list: string[] }>('/cgi-bin/tags/members/batchunblacklist'),
}
