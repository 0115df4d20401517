import type {
  Account,
  Article,
  Authorization,
  Code,
  Component,
  DeskCase,
  DeskRecord,
  Follower,
  Grant,
  KfAccount,
  Mass,
  Media,
  Menu,
  Tag,
  Template,
  Token,
  Usage,
} from '../types.ts'

/**
 * What is remembered besides conversations, ledger and the bytes of media: one table each, by key.
 */
export type Rows = {
  accounts: Account
  followers: Follower
  tokens: Token
  media: Media
  menus: Menu
  tags: Tag
  codes: Code
  kfAccounts: KfAccount
  desk: DeskCase
  records: DeskRecord
  templates: Template
  masses: Mass
  articles: Article
  usage: Usage
  components: Component
  authorizations: Authorization
  grants: Grant
}
export type Tables = { [Name in keyof Rows]: Map<string, Rows[Name]> }

export function keyOf(...parts: (string | number)[]): string {
  return parts.join('/')
}

const keys: { [Name in keyof Rows]: (row: Rows[Name]) => string } = {
  accounts: (row) => row.appid,
  followers: (row) => keyOf(row.appid, row.openid),
  tokens: (row) => row.token,
  media: (row) => row.mediaId,
  menus: (row) => keyOf(row.appid, row.menuid),
  tags: (row) => keyOf(row.appid, row.id),
  codes: (row) => row.ticket,
  kfAccounts: (row) => keyOf(row.appid, row.account),
  desk: (row) => keyOf(row.appid, row.openid),
  records: (row) => keyOf(row.appid, row.id),
  templates: (row) => keyOf(row.appid, row.templateId),
  masses: (row) => keyOf(row.appid, row.msgId),
  articles: (row) => keyOf(row.appid, row.articleId),
  usage: (row) => row.appid,
  components: (row) => row.componentAppid,
  authorizations: (row) => keyOf(row.componentAppid, row.appid),
  grants: (row) => row.code,
}
export const tableNames = Object.keys(keys) as (keyof Rows)[]

export const accountDefaults = {
  previousAesKey: '',
  format: 'xml' as const,
  kind: 'service' as const,
  wechatId: '',
  ipWhitelist: null,
  miniPrograms: null,
  markFail: 0,
  failures: 0,
  markedUntil: 0,
  limits: {},
  minuteLimits: {},
  codes: { unfollowed: 45015, kfAccount: 61452 },
}
export const followerDefaults = {
  subscribed: true,
  window: null,
  lastExchangeAt: 0,
  typingUntil: 0,
  unionid: '',
  remark: '',
  tagIds: [],
  blacklisted: false,
  blocked: false,
  subscribedAt: 0,
  subscribeScene: 'ADD_SCENE_SEARCH',
  qrScene: 0,
  qrSceneStr: '',
  subscriptions: {},
}
/**
 * Default values for fields that are missing in rows which an older version of the simulator
 * stored.
 */
const defaults: Partial<Record<keyof Rows, object>> = {
  accounts: accountDefaults,
  followers: followerDefaults,
}

export type SavedTables = { [Name in keyof Rows]?: Rows[Name][] }

export function put<Name extends keyof Rows>(
  tables: Tables,
  name: Name,
  row: Rows[Name],
): Rows[Name] {
  tables[name].set(keys[name](row), row)
  return row
}

export function readTables(saved: SavedTables): Tables {
  const tables = Object.fromEntries(
    tableNames.map((name) => [name, new Map()]),
  ) as unknown as Tables
  for (const name of tableNames) {
    for (const row of saved[name] ?? []) {
      put(tables, name, { ...structuredClone(defaults[name]), ...row })
    }
  }
  return tables
}

export function saveTables(tables: Tables): SavedTables {
  return Object.fromEntries(tableNames.map((name) => [name, [...tables[name].values()]]))
}

/** Returns the rows of a table that belong to one account, oldest first. */
export function ofAccount<Name extends keyof Rows>(
  tables: Tables,
  name: Name,
  appid: string,
): Rows[Name][] {
  const rows: Rows[Name][] = [...tables[name].values()]
  return rows.filter((row) => 'appid' in row && row.appid === appid)
}
