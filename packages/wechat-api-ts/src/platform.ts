// Pushes of a third-party platform: notices to its authorisation URL, message URLs that contain the
// account's appid, and WeChat's test before release.
import { badXml } from './errors.ts'
import { readFields } from './fields.ts'
import type { Inbound } from './inbound.ts'
import { openEnvelope, type EnvelopeKeys } from './push.ts'
import { numberOf, textOf, type XmlNode } from './xml-node.ts'

type NoticeCommon = { componentAppid: string; createTime: number | null; fields: XmlNode }
type Authorized = {
  authorizerAppid: string
  authorizationCode: string
  /** When the authorisation code expires, in seconds since 1970. It can be used once. */
  codeExpiresAt: number | null
  preAuthCode: string
}

export type PlatformNotice = NoticeCommon &
  /**
   * A `component_verify_ticket` comes every ten minutes. Its ticket is valid for twelve hours; keep
   * the newest one.
   */
  (
    | { kind: 'component_verify_ticket'; ticket: string }
    | ({ kind: 'authorized' | 'updateauthorized' } & Authorized)
    | { kind: 'unauthorized'; authorizerAppid: string }
    | { kind: 'unknown'; infoType: string }
  )

/**
 * Reads a notice that was pushed to the authorisation URL, or throws WechatInputError. Answer it
 * with `success`.
 */
export function openNotice(
  keys: EnvelopeKeys,
  query: URLSearchParams,
  body: string,
): PlatformNotice {
  const fields = readFields(openEnvelope(keys, query, body).xml)
  const componentAppid = textOf(fields, 'AppId')
  if (componentAppid !== keys.appid) throw badXml('a notice for another platform')
  return { componentAppid, createTime: numberOf(fields, 'CreateTime'), fields, ...said(fields) }
}

function said(fields: XmlNode) {
  const infoType = textOf(fields, 'InfoType').toLowerCase()
  const need = (name: string) => required(fields, name)
  switch (infoType) {
    case 'component_verify_ticket':
      return { kind: infoType, ticket: need('ComponentVerifyTicket') } as const
    case 'authorized':
    case 'updateauthorized':
      return {
        kind: infoType,
        authorizerAppid: need('AuthorizerAppid'),
        authorizationCode: need('AuthorizationCode'),
        codeExpiresAt: numberOf(fields, 'AuthorizationCodeExpiredTime'),
        preAuthCode: textOf(fields, 'PreAuthCode'),
      } as const
    case 'unauthorized':
      return { kind: infoType, authorizerAppid: need('AuthorizerAppid') } as const
    case '':
      throw badXml('InfoType is missing')
    default:
      return { kind: 'unknown', infoType } as const
  }
}

function required(fields: XmlNode, name: string): string {
  const value = textOf(fields, name)
  if (!value) throw badXml(`${name} is missing`)
  return value
}

const placeholder = '$APPID$'

/** The URL to which one account's pushes are sent, made from the registered template. */
export function messageUrl(template: string, appid: string): string {
  return template.replaceAll(placeholder, appid)
}

/**
 * Finds the appid in a URL that was made from the template; null if the URL was not. Only paths are
 * compared, because a proxy may have changed the host.
 */
export function appidInUrl(template: string, url: string): string | null {
  const pathOf = (some: string) => new URL(some, 'http://host').pathname
  const [before, after = '', ...more] = pathOf(template).split(placeholder)
  if (before === undefined || more.length > 0 || !template.includes(placeholder)) return null
  const path = pathOf(url)
  const appid = path.slice(before.length, path.length - after.length)
  return path === `${before}${appid}${after}` && /^wx[0-9a-f]{16}$/.test(appid) ? appid : null
}

/** The accounts with which WeChat tests a third-party platform before its release. */
export const releaseTestAccounts: readonly { appid: string; originalId: string }[] = [
  { appid: 'wx570bc396a51b8ff8', originalId: 'gh_3c884a361561' },
  { appid: 'wx9252c5e0bb1836fc', originalId: 'gh_c0f28a78b318' },
  { appid: 'wx8e1097c5bc82cde9', originalId: 'gh_3f222ed8d140' },
  { appid: 'wx14550af28c71a144', originalId: 'gh_26128078e9ab' },
  { appid: 'wxa35b9c23cfe664eb', originalId: 'gh_2b3713f184a6' },
]

/**
 * What WeChat's test before the release of a third-party platform expects as the next step: a
 * passive text reply, or an empty answer, after which the code is exchanged and `text` is sent as a
 * customer-service message.
 */
export type ReleaseTest =
  { kind: 'reply'; text: string } | { kind: 'exchange'; authorizationCode: string; text: string }

/**
 * Recognises a push with which WeChat tests a third-party platform before its release, and returns
 * what WeChat expects. Null for every other push.
 */
export function releaseTest(inbound: Inbound): ReleaseTest | null {
  if (!releaseTestAccounts.some(({ originalId }) => originalId === inbound.toUserName)) return null
  if (inbound.kind === 'event') {
    return { kind: 'reply', text: `${textOf(inbound.fields, 'Event')}from_callback` }
  }
  if (inbound.kind !== 'text') return null
  if (inbound.content === 'TESTCOMPONENT_MSG_TYPE_TEXT') {
    return { kind: 'reply', text: 'TESTCOMPONENT_MSG_TYPE_TEXT_callback' }
  }
  const [, authorizationCode] = /^QUERY_AUTH_CODE:\s*(\S+)\s*$/.exec(inbound.content) ?? []
  return authorizationCode
    ? { kind: 'exchange', authorizationCode, text: `${authorizationCode}_from_api` }
    : null
}
