// A line as the answer to a push.
import type { PassiveReply } from 'wechat-api-ts'
import type { Content } from '../../rules/content.ts'

export function asPassive(content: Content): PassiveReply {
  switch (content.type) {
    case 'text': return { type: 'text', text: content.text }
    case 'image': case 'voice': return { type: content.type, mediaId: content.mediaId }
    case 'video': {
      const { type, mediaId, title = '', description = '' } = content
      return { type, mediaId, title, description }
    }
    case 'news': return { type: 'news', articles: content.articles.map(({ picUrl, ...rest }) => ({ ...rest, pictureUrl: picUrl })) }
    case 'menu': case 'miniprogram': case 'article': case 'file': throw new Error(`${content.type} is no answer to a push`)
  }
}
