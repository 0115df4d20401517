import { randomBytes } from 'node:crypto'
import { isBody } from '../http.ts'
import type { Body } from '../http.ts'
import { tell } from '../phone/tell.ts'
import { addLine, nextNumber } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { Follower, Template } from '../types.ts'
import { followerOf, get, lettersOf, may, needObject, needText, post, refuse } from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'

const limits: Record<string, number> = {
  thing: 20,
  character_string: 32,
  phone_number: 17,
  car_number: 8,
  const: 20,
}

/**
 * The values of a template message: each must be a text of limited length, depending on names like
 * `thing1`.
 */
function valuesIn(call: Call): Record<string, string> {
  const data = needObject(call.body, 'data', 47003)
  return Object.fromEntries(
    Object.entries(data).map(([name, part]) => {
      const value = isBody(part) ? part['value'] : undefined
      const most = limits[name.replace(/\d+$/, '')] ?? Infinity
      const invalid = { errmsg: `argument invalid! data.${name}.value invalid` }
      if (typeof value !== 'string' && typeof value !== 'number') refuse(47003, invalid)
      const text = String(value)
      return lettersOf(text) > most || text === '' ? refuse(47003, invalid) : [name, text]
    }),
  )
}

function templateIn(call: Call, kind: Template['kind']): Template {
  const id = needText(call.body, 'template_id', 40037)
  const found = call.store.templates.get(keyOf(call.account.appid, id))
  return found?.kind === kind ? found : refuse(40037)
}

function written(template: Template, values: Record<string, string>): string {
  const body = template.content.replace(
    /\{\{(\w+)\.DATA\}\}/g,
    (_, name: string) => values[name] ?? '',
  )
  return [template.title, body].join('\n').trim()
}

function show(call: Call, follower: Follower, template: Template): void {
  const { url, page, miniprogram } = call.body
  const values = valuesIn(call)
  const link = {
    ...(typeof url === 'string' ? { url } : {}),
    ...(typeof page === 'string' ? { page } : {}),
    ...(isBody(miniprogram) ? { miniprogram } : {}),
  }
  addLine(call.store, follower, {
    way: 'template',
    type: template.kind,
    text: written(template, values),
    content: { title: template.title, values, ...link },
  })
}

/**
 * Sends a template message. Whether it reached the follower is pushed as an event after the call
 * has been answered.
 */
function sendTemplate(call: Call): Answer {
  const { store, account } = call
  const follower = followerOf(call, call.body['touser'])
  const template = templateIn(call, 'template')
  if (!follower.subscribed) refuse(43004)
  const clientId = may(call.body, 'client_msg_id', 'string')
  const known =
    clientId === undefined ? undefined : store.counters[`template ${account.appid} ${clientId}`]
  if (known !== undefined) return { errcode: 0, errmsg: 'ok', msgid: known }
  if (follower.blocked) valuesIn(call)
  else show(call, follower, template)
  const msgid = nextNumber(store, `templates ${account.appid}`, 200_000_001)
  if (clientId !== undefined) store.counters[`template ${account.appid} ${clientId}`] = msgid
  const Status = follower.blocked ? 'failed:user block' : 'success'
  tell(store, account, {
    openid: follower.openid,
    fields: { Event: 'TEMPLATESENDJOBFINISH', MsgID: String(msgid), Status },
  })
  return { errcode: 0, errmsg: 'ok', msgid }
}

/** Sends a subscription notice, which is possible once for each time the follower allowed it. */
function sendNotice(call: Call): undefined {
  const { store, account } = call
  const follower = followerOf(call, call.body['touser'])
  const template = templateIn(call, 'notice')
  const left = follower.subscriptions[template.templateId] ?? 0
  if (left < 1) refuse(43101)
  show(call, follower, template)
  follower.subscriptions[template.templateId] = left - 1
  const sent = {
    TemplateId: template.templateId,
    MsgID: `17${String(nextNumber(store, 'notices')).padStart(17, '0')}`,
    ErrorCode: 0,
    ErrorStatus: 'success',
  }
  tell(store, account, {
    openid: follower.openid,
    fields: { Event: 'subscribe_msg_sent_event', SubscribeMsgSentEvent: { List: [sent] } },
  })
  store.saveSoon()
}

type NewTemplate = Pick<Template, 'title' | 'content' | 'kind'> & { templateId?: string }

export function addTemplate(call: Pick<Call, 'store' | 'account'>, given: NewTemplate): Template {
  const templateId = given.templateId ?? randomBytes(32).toString('base64url')
  const template = put(call.store, 'templates', { ...given, templateId, appid: call.account.appid })
  call.store.saveSoon()
  return template
}

function addFromLibrary(call: Call): Answer {
  const short = needText(call.body, 'template_id_short', 40036)
  const content = '{{first.DATA}}\n内容：{{thing1.DATA}}\n时间：{{time2.DATA}}\n{{remark.DATA}}'
  return {
    errcode: 0,
    errmsg: 'ok',
    template_id: addTemplate(call, { title: `模板 ${short}`, content, kind: 'template' })
      .templateId,
  }
}

function list({ store, account }: Call): Answer {
  return {
    template_list: ofAccount(store, 'templates', account.appid)
      .filter((one) => one.kind === 'template')
      .map((one) => ({
        template_id: one.templateId,
        title: one.title,
        primary_industry: 'IT科技',
        deputy_industry: '互联网|电子商务',
        content: one.content,
        example: one.content,
      })),
  }
}

function remove(call: Call): undefined {
  const { templateId, appid } = templateIn(call, 'template')
  call.store.templates.delete(keyOf(appid, templateId))
  call.store.saveSoon()
}

/** Sends a one-time notice, whose title and text the caller chooses. */
function sendOnce(call: Call): undefined {
  const follower = followerOf(call, call.body['touser'])
  const title = needText(call.body, 'title', 47003)
  const content: Body = needObject(needObject(call.body, 'data', 47003), 'content', 47003)
  const text = needText(content, 'value', 47003)
  if (lettersOf(title) > 15 || lettersOf(text) > 200) refuse(47003)
  const scene = `once ${needText(call.body, 'scene', 40035)}`
  const left = follower.subscriptions[scene] ?? 0
  if (left < 1) refuse(43101)
  follower.subscriptions[scene] = left - 1
  addLine(call.store, follower, {
    way: 'template',
    type: 'once',
    text: `${title}\n${text}`,
    content: call.body,
  })
}

const more = { notFor: ['unverified' as const, 'subscription' as const] }

export const templateEndpoints: Endpoints = {
  '/cgi-bin/message/template/send': post(sendTemplate, { daily: 100_000, ...more }),
  '/cgi-bin/message/subscribe/bizsend': post(sendNotice, { notFor: ['unverified'] }),
  '/cgi-bin/message/template/subscribe': post(sendOnce, { notFor: ['unverified'] }),
  '/cgi-bin/template/api_add_template': post(addFromLibrary, more),
  '/cgi-bin/template/get_all_private_template': get(list, more),
  '/cgi-bin/template/del_private_template': post(remove, more),
}
