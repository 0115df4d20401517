import { isBody } from '../http.ts'
import type { Body } from '../http.ts'
import type { Store } from '../state/store.ts'
import type { Account, Component, Follower, Kind, Token } from '../types.ts'
import type { Part } from '../wire/multipart.ts'
import { findFollower } from '../state/store.ts'

/** A refusal of WeChat: always HTTP status 200 with an errcode. */
export class Refused extends Error {
  readonly errcode: number
  readonly more: Record<string, unknown>
  constructor(errcode: number, more: Record<string, unknown> = {}) {
    super(String(errcode))
    this.errcode = errcode
    this.more = more
  }
}

/**
 * Refuses a call with this errcode. `more` contains further fields of the answer, and possibly an
 * errmsg other than the usual one.
 */
export function refuse(errcode: number, more?: Record<string, unknown>): never {
  throw new Refused(errcode, more)
}

export function refuseIf(errcode: number): void {
  if (errcode !== 0) refuse(errcode)
}

export type Request = {
  store: Store
  method: string
  path: string
  query: URLSearchParams
  text: string
  ip: string
  /** The body of the request as JSON; null if it is not a JSON object. */
  body: Body | null
  parts: Part[] | null
  accessToken: string | null
}
/**
 * A call with a valid token of an account. A call that a third-party platform makes for itself is a
 * ComponentCall.
 */
export type Call = Omit<Request, 'body'> & { account: Account; token: Token; body: Body }
export type ComponentCall = Omit<Request, 'body'> & { component: Component; body: Body }
export type Bytes = { bytes: Buffer; contentType: string; name: string | null }
export type Answer = Record<string, unknown>
export type Result = Answer | Bytes | undefined

type Rules = {
  method: 'GET' | 'POST' | 'ANY'
  body: 'json' | 'parts' | 'none'
  /** How many calls a day are allowed before 45009, as published for ordinary accounts. */
  daily?: number
  /** The kinds of account that may not make this call and get 48001. */
  notFor?: Kind[]
}
export type Endpoint = Rules &
  (
    | { auth: 'account'; run: (call: Call) => Result }
    | { auth: 'component'; run: (call: ComponentCall) => Result }
    | { auth: 'none'; run: (request: Request) => Result }
  )
export type Endpoints = Record<string, Endpoint>
type More = Partial<Rules>

export const get = (run: (call: Call) => Result, more: More = {}): Endpoint => ({
  method: 'GET',
  body: 'none',
  auth: 'account',
  run,
  ...more,
})
export const post = (run: (call: Call) => Result, more: More = {}): Endpoint => ({
  method: 'POST',
  body: 'json',
  auth: 'account',
  run,
  ...more,
})
export const upload = (run: (call: Call) => Result, more: More = {}): Endpoint => ({
  method: 'POST',
  body: 'parts',
  auth: 'account',
  run,
  ...more,
})
export const open = (run: (request: Request) => Result, more: More = {}): Endpoint => ({
  method: 'GET',
  body: 'none',
  auth: 'none',
  run,
  ...more,
})
export const ofComponent = (run: (call: ComponentCall) => Result): Endpoint => ({
  method: 'POST',
  body: 'json',
  auth: 'component',
  run,
})

export function isBytes(result: Result): result is Bytes {
  return result !== undefined && Buffer.isBuffer(result['bytes'])
}

type Shapes = { string: string; number: number; boolean: boolean; object: Body; array: unknown[] }

function hasShape(value: unknown, shape: keyof Shapes): boolean {
  if (shape === 'array') return Array.isArray(value)
  if (shape === 'number') return Number.isSafeInteger(value)
  return shape === 'object' ? isBody(value) : typeof value === shape
}

/**
 * Reads an optional field of a call. A value of the wrong type is refused with 47001, as WeChat
 * does.
 */
export function may<Shape extends keyof Shapes>(
  body: Body,
  name: string,
  shape: Shape,
): Shapes[Shape] | undefined {
  const value = body[name]
  if (value === undefined || value === null) return undefined
  return hasShape(value, shape) ? (value as Shapes[Shape]) : refuse(47001)
}

/**
 * Reads a required text of a call; `missing` is the errcode with which the call is refused if it is
 * absent.
 */
export function needText(body: Body, name: string, missing: number): string {
  const value = may(body, name, 'string')
  return value === undefined || value === '' ? refuse(missing) : value
}

export function needObject(body: Body, name: string, missing: number): Body {
  return may(body, name, 'object') ?? refuse(missing)
}

export function needNumber(body: Body, name: string, missing: number): number {
  return may(body, name, 'number') ?? refuse(missing)
}

export function textsIn(body: Body, name: string, missing: number): string[] {
  const list = may(body, name, 'array') ?? refuse(missing)
  return list.map((one) => (typeof one === 'string' ? one : refuse(47001)))
}

/** Returns the follower with this openid; a call with an unknown openid is refused with 40003. */
export function followerOf(call: Call, openid: unknown): Follower {
  if (openid === undefined || openid === null || openid === '') refuse(41009)
  if (typeof openid !== 'string') refuse(47001)
  return findFollower(call.store, call.account.appid, openid) ?? refuse(40003)
}

/**
 * Counts Unicode characters: a Chinese character is one, and so is a simple emoji, which `length`
 * would count as two.
 */
export function lettersOf(text: string): number {
  return Array.from(text).length
}

export function bytesOf(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}
