import type { Article } from './reply.ts'

type To = { openid: string; kfAccount?: string }

export type CustomMessage = To & (
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice'; mediaId: string }
  | { type: 'video'; mediaId: string; thumbMediaId?: string; title?: string; description?: string }
  | { type: 'news'; article: Article }
  | { type: 'menu'; head: string; entries: { id: string; text: string }[]; tail: string }
)

export function customBody(message: CustomMessage): object {
  return {
    touser: message.openid,
    ...content(message),
    ...(message.kfAccount !== undefined && { customservice: { kf_account: message.kfAccount } }),
  }
}

function content(message: CustomMessage): object {
  switch (message.type) {
    case 'text': return { msgtype: 'text', text: { content: message.text } }
    case 'image': return { msgtype: 'image', image: { media_id: message.mediaId } }
    case 'voice': return { msgtype: 'voice', voice: { media_id: message.mediaId } }
    case 'video': return { msgtype: 'video', video: {
      media_id: message.mediaId, thumb_media_id: message.thumbMediaId, title: message.title, description: message.description,
    } }
    case 'news': return { msgtype: 'news', news: { articles: [article(message.article)] } }
    case 'menu': return { msgtype: 'msgmenu', msgmenu: {
      head_content: message.head,
      list: message.entries.map(({ id, text }) => ({ id, content: text })),
      tail_content: message.tail,
    } }
  }
}

function article({ title, description, url, pictureUrl }: Article): object {
  return { title, description, url, picurl: pictureUrl }
}
