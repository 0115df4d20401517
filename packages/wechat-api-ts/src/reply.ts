import type { PushFormat } from './fields.ts'
import { cdata, utf8Json } from './text.ts'
import type { XmlNode } from './xml-node.ts'
import { readXml } from './xml.ts'

export type Article = { title: string; description: string; url: string; pictureUrl: string }

export type PassiveReply =
  | { type: 'text'; text: string }
  | { type: 'image' | 'voice'; mediaId: string }
  | { type: 'video'; mediaId: string; title?: string; description?: string }
  | {
      type: 'music'
      thumbMediaId: string
      title?: string
      description?: string
      musicUrl?: string
      hqMusicUrl?: string
    }
  | { type: 'news'; articles: Article[] }
  /**
   * Passes the message to WeChat's own customer-service tools, and to one of their accounts if it
   * is named.
   */
  | { type: 'transfer_customer_service'; kfAccount?: string }
  /** Passes the message to the account's own answering machine at WeChat. */
  | { type: 'transfer_biz_ai_ivr' }

/**
 * To whom a reply goes and from which account. `format` is the form of the push (XML or JSON),
 * which the reply must have too.
 */
type To = { openid: string; originalId: string; format?: PushFormat }

/** Builds the answer to a push. If the push was encrypted, encrypt the answer as well. */
export function renderReply(to: To, reply: PassiveReply, createTime: number): string {
  const xml = renderXml(to, reply, createTime)
  return to.format === 'json' ? asJson(readXml(xml)) : xml
}

/**
 * Writes a reply as JSON. The names are the same as in XML, but counts and times are numbers, and
 * articles are a plain list.
 */
function asJson({ CreateTime, ArticleCount, Articles, ...rest }: XmlNode): string {
  return utf8Json({
    ...rest,
    CreateTime: Number(CreateTime),
    ...(ArticleCount !== undefined && {
      ArticleCount: Number(ArticleCount),
      Articles: Object.values(Articles ?? {}).flat(),
    }),
  })
}

function renderXml(to: To, reply: PassiveReply, createTime: number): string {
  return (
    `<xml>${element('ToUserName', to.openid)}${element('FromUserName', to.originalId)}` +
    `<CreateTime>${Math.floor(createTime)}</CreateTime>${element('MsgType', reply.type)}${content(reply)}</xml>`
  )
}

function content(reply: PassiveReply): string {
  switch (reply.type) {
    case 'text':
      return element('Content', reply.text)
    case 'image':
      return `<Image>${element('MediaId', reply.mediaId)}</Image>`
    case 'voice':
      return `<Voice>${element('MediaId', reply.mediaId)}</Voice>`
    case 'video':
      return (
        `<Video>${element('MediaId', reply.mediaId)}${maybe('Title', reply.title)}` +
        `${maybe('Description', reply.description)}</Video>`
      )
    case 'music':
      return (
        `<Music>${maybe('Title', reply.title)}${maybe('Description', reply.description)}` +
        `${maybe('MusicUrl', reply.musicUrl)}${maybe('HQMusicUrl', reply.hqMusicUrl)}${element('ThumbMediaId', reply.thumbMediaId)}</Music>`
      )
    case 'news':
      return (
        `<ArticleCount>${reply.articles.length}</ArticleCount>` +
        `<Articles>${reply.articles.map(article).join('')}</Articles>`
      )
    case 'transfer_customer_service':
      return reply.kfAccount === undefined
        ? ''
        : `<TransInfo>${element('KfAccount', reply.kfAccount)}</TransInfo>`
    case 'transfer_biz_ai_ivr':
      return ''
  }
}

function article(one: Article): string {
  return (
    `<item>${element('Title', one.title)}${element('Description', one.description)}` +
    `${element('PicUrl', one.pictureUrl)}${element('Url', one.url)}</item>`
  )
}

function element(name: string, text: string): string {
  return `<${name}>${cdata(text)}</${name}>`
}

function maybe(name: string, text: string | undefined): string {
  return text === undefined ? '' : element(name, text)
}
