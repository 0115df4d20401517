// Template messages, subscription notices (订阅通知) and one-time subscriptions.
import { look, post, tell } from '../call.ts'

export type TemplateData = { [key: string]: { value: string; color?: string } }
type MiniProgram = { appid: string; pagepath?: string }

export type TemplateMessage = {
  touser: string
  template_id: string
  url?: string
  miniprogram?: MiniProgram
  /** A message with the same id within ten minutes is sent only once. */
  client_msg_id?: string
  data: TemplateData
}
export type Template = {
  template_id: string
  title: string
  primary_industry: string
  deputy_industry: string
  content: string
  example: string
}

export const templates = {
  /**
   * Sends a template message. Whether it arrived is told later by the event TEMPLATESENDJOBFINISH
   * with the same `msgid`.
   */
  send: post<TemplateMessage, { msgid: string }>('/cgi-bin/message/template/send'),
  list: look<{ template_list: Template[] }>('/cgi-bin/template/get_all_private_template'),
  remove: tell<{ template_id: string }>('/cgi-bin/template/del_private_template'),
}

export type SubscriptionNotice = {
  touser: string
  template_id: string
  page?: string
  miniprogram?: MiniProgram
  data: TemplateData
}
export type OneTimeNotice = {
  touser: string
  template_id: string
  url?: string
  miniprogram?: MiniProgram
  scene: string
  title: string
  data: { content: { value: string; color?: string } }
}

export const subscriptions = {
  /**
   * Sends a subscription notice, once for each time the follower agreed to it. Without such a
   * consent WeChat refuses with 43101.
   */
  send: tell<SubscriptionNotice>('/cgi-bin/message/subscribe/bizsend'),
  sendOneTime: tell<OneTimeNotice>('/cgi-bin/message/template/subscribe'),
}
