// The content of a line to a customer, in the same shape whether a rule or a person wrote it. In
// the table message_data, `text` is what lists show, and `content` keeps all of it if it is more
// than a text.
import type { MessageRow } from '../../entities/index.ts'
import { messageTypes } from './message.ts'

export type Article = { title: string; description: string; url: string; picUrl: string }
export type Menu = { head: string; items: { id: string; text: string }[]; tail: string }
export type MiniProgram = { appid: string; pagePath: string; title: string; thumbMediaId: string }

export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice' | 'file'; mediaId: string }
  | { type: 'video'; mediaId: string; thumbMediaId?: string; title?: string; description?: string }
  | { type: 'news'; articles: Article[] }
  | { type: 'menu'; menu: Menu }
  | { type: 'miniprogram'; miniprogram: MiniProgram }
  | { type: 'article'; articleId: string }

export type ContentType = Content['type']

type ContentColumns = Pick<
  MessageRow,
  'type' | 'message_type' | 'text' | 'media_id' | 'page_title' | 'page_desc' | 'content'
>

export function columnsOf(content: Content): ContentColumns {
  const { title, description } = headOf(content)
  return {
    type: content.type,
    message_type: messageTypes[content.type],
    text: textOf(content),
    media_id: 'mediaId' in content ? content.mediaId : null,
    page_title: title?.slice(0, 255) ?? null,
    page_desc: description?.slice(0, 500) ?? null,
    content: content.type === 'text' ? null : JSON.stringify(content),
  }
}

function headOf(content: Content): {
  title?: string | undefined
  description?: string | undefined
} {
  if (content.type === 'news') return content.articles[0] ?? {}
  if (content.type === 'video') return content
  return content.type === 'miniprogram' ? content.miniprogram : {}
}

/** Reads the content of a line that we sent from its row. */
export function contentOf(row: Pick<MessageRow, 'type' | 'text' | 'content'>): Content {
  return row.content === null
    ? { type: 'text', text: row.text ?? '' }
    : (JSON.parse(row.content) as Content)
}

function textOf(content: Content): string | null {
  switch (content.type) {
    case 'text':
      return content.text
    case 'news':
      return content.articles.map(({ title }) => title).join('\n')
    case 'menu':
      return menuText(content.menu)
    case 'miniprogram':
      return content.miniprogram.title
    case 'image':
    case 'voice':
    case 'video':
    case 'file':
    case 'article':
      return null
  }
}

/**
 * A menu written out as text: for agents who read it, and for calls where WeChat accepts no menu.
 */
export const menuText = ({ head, items, tail }: Menu) =>
  [head, ...items.map(({ text }) => text), tail].filter(Boolean).join('\n')

const passiveTypes: ContentType[] = ['text', 'image', 'voice', 'video', 'news']

/**
 * Whether this content can be sent as the passive reply to a push. Everything else must be sent
 * through WeChat's API.
 */
export const canBePassive = (content: Content): boolean =>
  passiveTypes.includes(content.type) && filesOf(content).length === 0

/** Whether an id belongs to a file of our own vault. Any id of another form was given by WeChat. */
const isOurs = (id: string | undefined): id is string =>
  id !== undefined && /^[0-9a-f]{32}$/.test(id)
type FileOf = { id: string; kind: 'image' | 'voice' | 'video' | 'thumb'; field: string }

export function filesOf(content: Content): FileOf[] {
  const files: FileOf[] = []
  if (
    (content.type === 'image' || content.type === 'voice' || content.type === 'video') &&
    isOurs(content.mediaId)
  ) {
    files.push({ id: content.mediaId, kind: content.type, field: 'mediaId' })
  }
  const thumb =
    content.type === 'video'
      ? content.thumbMediaId
      : content.type === 'miniprogram'
        ? content.miniprogram.thumbMediaId
        : undefined
  return isOurs(thumb) ? [...files, { id: thumb, kind: 'thumb', field: 'thumbMediaId' }] : files
}

/** The same content, with the ids of our files replaced by the ids WeChat knows them by. */
export function withIds(content: Content, ids: Map<string, string>): Content {
  const known = (id: string) => ids.get(id) ?? id
  if (content.type === 'image' || content.type === 'voice') {
    return { ...content, mediaId: known(content.mediaId) }
  }
  if (content.type === 'miniprogram') {
    return {
      ...content,
      miniprogram: {
        ...content.miniprogram,
        thumbMediaId: known(content.miniprogram.thumbMediaId),
      },
    }
  }
  if (content.type !== 'video') return content
  return {
    ...content,
    mediaId: known(content.mediaId),
    ...(content.thumbMediaId !== undefined && { thumbMediaId: known(content.thumbMediaId) }),
  }
}

/**
 * WeChat shows only one article of a news message, except in the passive reply to an event, so the
 * others are cut off.
 */
export function fitting(content: Content, severalArticles: boolean): Content {
  return content.type === 'news' && !severalArticles
    ? { ...content, articles: content.articles.slice(0, 1) }
    : content
}

/** Whether two calls sent the same content, as when a client repeats a call. */
export const isSameContent = (one: Content, other: Content): boolean =>
  ordered(one) === ordered(other)

const ordered = (value: unknown): string =>
  JSON.stringify(value, (_key, entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return entry
    return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))) as unknown
  })

export const mostTextBytes = 2048

/** Cuts a text to at most this many bytes of UTF-8, without splitting a character. */
export function cutText(text: string, bytes = mostTextBytes): string {
  if (text.length * 3 <= bytes) return text
  let left = bytes
  let end = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    left -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (left < 0) return text.slice(0, end)
    end += char.length
  }
  return text
}
