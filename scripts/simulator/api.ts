import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { closeWindowOf, customSend, customTyping } from './custom.ts'
import { errmsgOf } from './errcodes.ts'
import { takeFault } from './faults.ts'
import { isBody, isText, readBody } from './http.ts'
import type { Body, Exchange } from './http.ts'
import { addToLedger, wait } from './store.ts'
import type { Store } from './store.ts'
import { checkToken, classicToken, expireToken, stableToken } from './tokens.ts'
import type { Asked } from './tokens.ts'
import type { Fault } from './types.ts'

type Call = {
  method: string, path: string, query: URLSearchParams, text: string,
  /** null: the body is no JSON object. */
  body: Body | null, token: string | null, appid: string | null,
}
type Answer = Record<string, unknown>

const lostAnswers: string[] = ['reset', 'silent', 'half']

const businessCalls: Record<string, (store: Store, appid: string, body: Body) => number> = {
  '/cgi-bin/message/custom/send': customSend,
  '/cgi-bin/message/custom/typing': customTyping,
}
const lists: Record<string, string[]> = {
  '/cgi-bin/getcallbackip': ['127.0.0.1'], '/cgi-bin/get_api_domain_ip': ['127.0.0.1'],
}

function refuse(errcode: number): Answer {
  const rid = randomBytes(12).toString('hex').replace(/(.{8})(?=.)/g, '$1-')
  return { errcode, errmsg: errcode === 0 ? 'ok' : `${errmsgOf(errcode)} rid: ${rid}` }
}

function parse(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text)
    return isBody(value) ? value : null
  } catch { return null }
}

function askedIn(call: Call): Asked {
  const form = call.body ?? Object.fromEntries(new URLSearchParams(call.text))
  const get = (name: string): unknown => call.query.get(name) ?? form[name]
  return { grantType: get('grant_type'), appid: get('appid'), secret: get('secret'), force: form['force_refresh'] === true }
}

async function readCall(store: Store, request: IncomingMessage, url: URL): Promise<Call> {
  const text = await readBody(request)
  const call: Call = {
    method: request.method ?? 'GET', path: url.pathname, query: url.searchParams, text, body: parse(text),
    token: url.searchParams.get('access_token'), appid: null,
  }
  const asked = askedIn(call).appid
  return { ...call, appid: checkToken(store, call.token).appid ?? (isText(asked) ? asked : null) }
}

function stable(store: Store, call: Call): Answer {
  if (call.method !== 'POST') return refuse(43002)
  if (call.text === '') return refuse(44002)
  return call.body === null ? refuse(47001) : stableToken(store, askedIn(call))
}

function business(store: Store, call: Call): number {
  const { errcode, appid } = checkToken(store, call.token)
  if (errcode !== 0 || appid === null) return errcode
  if (call.path in lists) return 0
  const run = businessCalls[call.path]
  if (run === undefined) return 40066
  if (call.method !== 'POST') return 43002
  if (call.text === '') return 44002
  return call.body === null ? 47001 : run(store, appid, call.body)
}

function answerCall(store: Store, call: Call): Answer {
  if (call.path === '/cgi-bin/stable_token') return stable(store, call)
  if (call.path === '/cgi-bin/token') {
    const answer = classicToken(store, askedIn(call))
    return 'errcode' in answer ? refuse(answer.errcode) : answer
  }
  const errcode = business(store, call)
  const list = lists[call.path]
  return errcode === 0 && list !== undefined ? { ip_list: list } : refuse(errcode)
}

function withErrmsg(answer: Answer): Answer {
  return typeof answer['errcode'] === 'number' && answer['errmsg'] === undefined ? refuse(answer['errcode']) : answer
}

function withoutSecrets(call: Call): unknown {
  const secrets = ['access_token', 'secret', 'appsecret', 'component_appsecret']
  const query = [...call.query].filter(([name]) => !secrets.includes(name))
  const form = call.body ?? {}
  const body = Object.entries(form).filter(([name]) => !secrets.includes(name))
  return { method: call.method, ...Object.fromEntries(query), ...Object.fromEntries(body) }
}

function record(store: Store, call: Call, outcome: { answer: Answer | null, fault: Fault | null, status?: number }): void {
  const { answer, fault, status } = outcome
  const errcode = answer === null ? undefined : Number(answer['errcode'] ?? 0)
  const touser = call.body?.['touser']
  addToLedger(store, {
    kind: 'call', appid: call.appid, path: call.path, request: withoutSecrets(call), ...(isText(touser) ? { openid: touser } : {}),
    ...(status === undefined ? {} : { status }), ...(errcode === undefined ? {} : { errcode }),
    ...(call.path === '/cgi-bin/message/custom/send' ? { delivered: errcode === 0 } : {}),
    ...(fault === null ? {} : { fault: fault.kind }),
  })
}

/** Faults that change the state before the call is looked at. */
function prepare(store: Store, call: Call, fault: Fault): void {
  if (fault.kind === 'expireToken') expireToken(store, call.token)
  if (fault.kind === 'closeWindow' && call.appid !== null) closeWindowOf(store, call.appid, call.body ?? {})
}

function result(store: Store, call: Call, fault: Fault | null): Answer | null {
  if (fault?.kind === 'errcode') return refuse(fault.errcode ?? -1)
  if (fault?.kind === 'quota') return refuse(fault.errcode ?? 45009)
  if (fault?.processed === false && lostAnswers.includes(fault.kind)) return null
  return withErrmsg(answerCall(store, call))
}

function writeAnswer(response: ServerResponse, answer: Answer | null, kind: string | null): void {
  const text = JSON.stringify(answer ?? refuse(-1))
  if (kind === 'reset') response.socket?.resetAndDestroy()
  if (kind === 'reset' || kind === 'silent') return
  response.writeHead(200, { 'content-type': 'application/json; encoding=utf-8', 'content-length': Buffer.byteLength(text) })
  if (kind === 'half') response.write(text.slice(0, Math.ceil(text.length / 2)), () => response.destroy())
  else response.end(text)
}

/** True when the fault answered, or did not, in place of the platform: the call has no effect. */
function turnAway(store: Store, call: Call, { fault, response }: { fault: Fault, response: ServerResponse }): boolean {
  if (fault.kind === 'refuse') {
    record(store, call, { answer: null, fault })
    response.socket?.resetAndDestroy()
  } else if (fault.kind === 'html') {
    record(store, call, { answer: null, fault, status: 502 })
    response.writeHead(502, { 'content-type': 'text/html' })
    response.end('<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>')
  }
  return fault.kind === 'refuse' || fault.kind === 'html'
}

function delayOf(fault: Fault | null): number {
  return fault?.delayMs ?? (fault?.kind === 'slow' ? 3000 : 0)
}

/** `/cgi-bin/…`: the platform's side. Reset, silent and half strike after the call took effect: only its answer is lost. */
export async function serveApi(store: Store, { request, response, url }: Exchange): Promise<void> {
  const call = await readCall(store, request, url)
  const fault = takeFault(store, { path: call.path, appid: call.appid, hasToken: call.token !== null })
  if (delayOf(fault) > 0) await wait(delayOf(fault), store.closing.signal)
  if (store.closing.signal.aborted) { response.destroy(); return }
  if (fault !== null && turnAway(store, call, { fault, response })) return
  if (fault !== null) prepare(store, call, fault)
  const answer = result(store, call, fault)
  const lost = fault !== null && lostAnswers.includes(fault.kind)
  record(store, call, { answer, fault, ...(lost ? {} : { status: 200 }) })
  writeAnswer(response, answer, fault?.kind ?? null)
}
