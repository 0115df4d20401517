// Customer-service messages (客服消息).
import { tell } from '../call.ts'

export type CustomArticle = { title: string; description: string; url: string; picurl: string }

export type Music = {
  title: string
  description: string
  musicurl: string
  hqmusicurl?: string
  thumb_media_id: string
}

export type CustomContent =
  /** The text may have at most 2048 bytes of UTF-8. */
  | { msgtype: 'text'; text: { content: string } }
  | { msgtype: 'image'; image: { media_id: string } }
  | { msgtype: 'voice'; voice: { media_id: string } }
  | {
      msgtype: 'video'
      video: { media_id: string; thumb_media_id: string; title?: string; description?: string }
    }
  | { msgtype: 'music'; music: Music }
  | { msgtype: 'news'; news: { articles: [CustomArticle] } }
  | { msgtype: 'mpnews'; mpnews: { media_id: string } }
  | { msgtype: 'mpnewsarticle'; mpnewsarticle: { article_id: string } }
  | {
      msgtype: 'msgmenu'
      msgmenu: {
        head_content: string
        list: { id: string; content: string }[]
        tail_content: string
      }
    }
  | { msgtype: 'wxcard'; wxcard: { card_id: string; card_ext?: string } }
  | {
      msgtype: 'miniprogrampage'
      miniprogrampage: { title: string; appid: string; pagepath: string; thumb_media_id: string }
    }

export type CustomMessage = CustomContent & {
  touser: string
  /** The message shows the nickname and picture of this customer-service account. */
  customservice?: { kf_account: string }
  /** Marks the message as written by an AI. */
  aimsgcontext?: { is_ai_msg: 0 | 1 }
}

export const custom = {
  /**
   * Resolves when WeChat has accepted the message. There is no confirmation that the follower saw
   * it.
   */
  send: tell<CustomMessage>('/cgi-bin/message/custom/send'),
  /**
   * Shows "typing" for 15 s. It is only possible within 30 s of a message; a refusal does no harm.
   */
  typing: tell<{ touser: string; command: 'Typing' | 'CancelTyping' }>(
    '/cgi-bin/message/custom/typing',
  ),
}
