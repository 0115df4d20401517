// A line as the answer to a push.
import type { PassiveReply } from 'wechat-api-ts'
import { menuText, type Content } from '../../rules/content.ts'

export function asPassive(content: Content): PassiveReply {
  switch (content.type) {
    case 'text': return { type: 'text', text: content.text }
    case 'image': case 'voice': return { type: content.type, mediaId: content.mediaId }
    case 'video': return {
      type: 'video', mediaId: content.mediaId, ...(content.title !== undefined && { title: content.title }),
      ...(content.description !== undefined && { description: content.description }),
    }
    case 'news': return { type: 'news', articles: content.articles.map(({ picUrl, ...rest }) => ({ ...rest, pictureUrl: picUrl })) }
    case 'menu': return { type: 'text', text: menuText(content.menu) }
    case 'miniprogram': case 'article': case 'file': throw new Error(`${content.type} is no answer to a push`)
  }
}
