// Builds the passive reply to a push from a line.
import type { PassiveReply } from 'wechat-api-ts'
import type { Content } from '../../../rules/reply/content.ts'

export function asPassive(content: Content): PassiveReply {
  if (content.type === 'text') return { type: 'text', text: content.text }
  if (content.type === 'image' || content.type === 'voice') {
    return { type: content.type, mediaId: content.mediaId }
  }
  if (content.type === 'news') {
    return {
      type: 'news',
      articles: content.articles.map(({ picUrl, ...rest }) => ({ ...rest, pictureUrl: picUrl })),
    }
  }
  if (content.type !== 'video') throw new Error(`${content.type} is no answer to a push`)
  const { type, mediaId, title = '', description = '' } = content
  return { type, mediaId, title, description }
}
