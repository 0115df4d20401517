/**
 * The content of a message to a customer. A file is named by its id in kefu or by its media_id at
 * WeChat.
 */
export type Content =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice' | 'file'; mediaId: string }
  | { type: 'video'; mediaId: string; thumbMediaId?: string; title?: string; description?: string }
  | { type: 'news'; articles: Article[] }
  | { type: 'menu'; menu: Menu }
  | { type: 'miniprogram'; miniprogram: MiniProgram }
  | { type: 'article'; articleId: string }

export interface Article {
  title: string
  description: string
  url: string
  picUrl: string
}

/** A menu of which the customer taps one entry; WeChat then sends the id of that entry. */
export interface Menu {
  head: string
  items: { id: string; text: string }[]
  tail: string
}

export interface MiniProgram {
  appid: string
  pagePath: string
  title: string
  thumbMediaId: string
}
