// Converts a line into the format of WeChat's customer-service message.
import type { CustomMessage } from 'wechat-api-ts'
import { menuText, type Content, type ContentType } from '../../rules/reply/content.ts'

type CustomBody = CustomMessage extends infer One
  ? One extends { touser: string }
    ? Omit<One, 'touser'>
    : never
  : never
type Makers = { [T in ContentType]: (content: Extract<Content, { type: T }>) => object }

const makers: Makers = {
  text: ({ text }) => ({ msgtype: 'text', text: { content: text } }),
  image: ({ mediaId }) => ({ msgtype: 'image', image: { media_id: mediaId } }),
  voice: ({ mediaId }) => ({ msgtype: 'voice', voice: { media_id: mediaId } }),
  video: (content) => ({
    msgtype: 'video',
    video: {
      media_id: content.mediaId,
      ...said('thumb_media_id', content.thumbMediaId),
      ...said('title', content.title),
      ...said('description', content.description),
    },
  }),
  news: ({ articles }) => ({
    msgtype: 'news',
    news: {
      articles: articles.slice(0, 1).map(({ picUrl, ...rest }) => ({ ...rest, picurl: picUrl })),
    },
  }),
  menu: ({ menu: { head, items, tail } }) => ({
    msgtype: 'msgmenu',
    msgmenu: {
      head_content: head,
      list: items.map(({ id, text }) => ({ id, content: text })),
      tail_content: tail,
    },
  }),
  miniprogram: ({ miniprogram: { appid, pagePath, title, thumbMediaId } }) => ({
    msgtype: 'miniprogrampage',
    miniprogrampage: { title, appid, pagepath: pagePath, thumb_media_id: thumbMediaId },
  }),
  article: ({ articleId }) => ({
    msgtype: 'mpnewsarticle',
    mpnewsarticle: { article_id: articleId },
  }),
  file: () => {
    throw new Error('WeChat takes no files')
  },
}

export const asCustom = (openid: string, content: Content): CustomMessage => ({
  touser: openid,
  ...(makers[content.type](content as never) as CustomBody),
})

/**
 * The text that is sent instead of a menu by accounts that may not send menus; the customer answers
 * by typing. Null if the content is no menu.
 */
export const menuInWords = (content: Content): Content | null =>
  content.type === 'menu' ? { type: 'text', text: menuText(content.menu) } : null

const said = (name: string, value: string | undefined) =>
  value === undefined ? {} : { [name]: value }
