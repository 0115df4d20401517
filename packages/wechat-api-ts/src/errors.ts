import { lookUp, type Advice, type Phrase, type Retry } from './errcodes.ts'

export type WechatInputCode = 'bad_signature' | 'bad_xml'

/** A push that is not from WeChat, or that cannot be read. */
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

/** WeChat answered, and the answer is no. */
export class WechatRefused extends Error {
  readonly errcode: number
  readonly errmsg: string
  readonly meaning: Phrase
  readonly remedy: Phrase
  readonly retry: Retry
  constructor(errcode: number, errmsg: string, advice: Advice = lookUp(errcode)) {
    super(`WeChat refused: ${errcode} ${errmsg}`)
    this.name = 'WechatRefused'
    this.errcode = errcode
    this.errmsg = errmsg
    this.meaning = advice.meaning
    this.remedy = advice.remedy
    this.retry = advice.retry
  }
}

/** No usable answer. Only `bytesLeft: false` proves that nothing was delivered. */
export class WechatUnreachable extends Error {
  readonly bytesLeft: boolean
  readonly reason: string
  constructor(bytesLeft: boolean, reason: string) {
    super(`WeChat unreachable: ${reason}`)
    this.name = 'WechatUnreachable'
    this.bytesLeft = bytesLeft
    this.reason = reason
  }
}
