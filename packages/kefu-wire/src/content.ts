/** What can be said to a customer. A file goes by its id here, or by the media_id that WeChat gave. */
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

/** The customer taps one of the entries; its id comes back. */
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
