import { lookUp, type Advice, type Phrase, type Retry } from './errcodes.ts'

export type WechatInputCode = 'bad_signature' | 'bad_xml'

/** Thrown for a push that does not come from WeChat or cannot be read. */
export class WechatInputError extends Error {
  readonly code: WechatInputCode
  constructor(code: WechatInputCode, message: string = code) {
    super(message)
    this.name = 'WechatInputError'
    this.code = code
  }
}

export function badXml(why: string): WechatInputError {
  return new WechatInputError('bad_xml', `bad_xml: ${why}`)
}

export type Refusal = {
  /** The path of the call, without its query, which may contain a token. */
  path: string
  errcode: number
  errmsg: string
  /** Other fields of the answer, for example `fail_openid_list` of error 45171. */
  details: Record<string, unknown>
}

/** WeChat answered and refused the call. */
export class WechatRefused extends Error {
  readonly path: string
  readonly errcode: number
  readonly errmsg: string
  /** WeChat's number for the failed call. `diagnosis.failedCall` explains it for seven days. */
  readonly rid: string | null
  readonly meaning: Phrase
  readonly remedy: Phrase
  readonly retry: Retry
  readonly details: Record<string, unknown>
  constructor({ path, errcode, errmsg, details }: Refusal, advice: Advice = lookUp(errcode)) {
    super(`WeChat refused ${path}: ${errcode} ${errmsg}`)
    this.name = 'WechatRefused'
    this.path = path
    this.errcode = errcode
    this.errmsg = errmsg
    this.rid = /\brid: ?([0-9a-f-]{8,64})/.exec(errmsg)?.[1] ?? null
    this.meaning = advice.meaning
    this.remedy = advice.remedy
    this.retry = advice.retry
    this.details = details
  }
}

/**
 * WeChat gave no usable answer, so the call may have taken effect. Only `bytesLeft: false` proves
 * that it had no effect.
 */
export class WechatUnreachable extends Error {
  /**
   * Whether any byte of the request was sent. If none was, the call had no effect and can be
   * repeated.
   */
  readonly bytesLeft: boolean
  readonly reason: string
  constructor(bytesLeft: boolean, reason: string, options?: ErrorOptions) {
    super(`WeChat unreachable: ${reason}`, options)
    this.name = 'WechatUnreachable'
    this.bytesLeft = bytesLeft
    this.reason = reason
  }
}
