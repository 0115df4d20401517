// A line as WeChat's customer-service call takes it.
import type { CustomMessage } from 'wechat-api-ts'
import { menuText, type Content } from '../../rules/content.ts'

export function asCustom(openid: string, content: Content): CustomMessage {
  switch (content.type) {
    case 'text': return { openid, type: 'text', text: content.text }
    case 'image': case 'voice': return { openid, type: content.type, mediaId: content.mediaId }
    case 'video': {
      const { type, mediaId, thumbMediaId, title, description } = content
      return { openid, type, mediaId, ...(thumbMediaId !== undefined && { thumbMediaId }), ...(title !== undefined && { title }), ...(description !== undefined && { description }) }
    }
    case 'news': {
      const { title = '', description = '', url = '', picUrl = '' } = content.articles[0] ?? {}
      return { openid, type: 'news', article: { title, description, url, pictureUrl: picUrl } }
    }
    case 'menu': return { openid, type: 'menu', head: content.menu.head, entries: content.menu.items, tail: content.menu.tail }
    case 'miniprogram': case 'article': case 'file': throw new Error(`${content.type} cannot be sent yet`)
  }
}

/** For an account that may send no menus: its words, to be answered by typing. */
export const inWords = (content: Content): Content | null => content.type === 'menu' ? { type: 'text', text: menuText(content.menu) } : null
