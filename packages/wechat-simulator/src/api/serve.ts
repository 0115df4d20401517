import { randomBytes } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { isBody, isText, readBody } from '../http.ts'
import type { Body, Exchange } from '../http.ts'
import { takeFault } from '../state/faults.ts'
import { addToLedger, wait } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Fault } from '../types.ts'
import { readParts } from '../wire/multipart.ts'
import { isBytes, Refused } from './call.ts'
import type { Answer, Bytes, Request } from './call.ts'
import { closeWindowOf } from './custom.ts'
import { errmsgOf } from './errcodes.ts'
import { run } from './run.ts'
import { askedIn, checkToken, expireToken } from './tokens.ts'

type Outcome = Answer | Bytes

const lostAnswers: string[] = ['reset', 'silent', 'half']

function answerOf(errcode: number, more: Record<string, unknown> = {}): Answer {
  const rid = randomBytes(12)
    .toString('hex')
    .replace(/(.{8})(?=.)/g, '$1-')
  const { errmsg = errmsgOf(errcode), ...rest } = more
  return { errcode, errmsg: errcode === 0 ? 'ok' : `${String(errmsg)} rid: ${rid}`, ...rest }
}

function parse(text: string): Body | null {
  try {
    const value: unknown = JSON.parse(text)
    return isBody(value) ? value : null
  } catch {
    return null
  }
}

async function readRequest(store: Store, { request, url }: Exchange): Promise<Request> {
  const bytes = await readBody(request)
  const parts = readParts(request.headers['content-type'] ?? '', bytes)
  const text = parts === null ? bytes.toString('utf8') : ''
  const { searchParams: query } = url
  return {
    store,
    method: request.method ?? 'GET',
    path: url.pathname,
    query,
    text,
    body: parse(text),
    parts,
    ip: request.socket.remoteAddress ?? '',
    accessToken: query.get('access_token') ?? query.get('component_access_token'),
  }
}

function appidOf(request: Request): string | null {
  const { token } = checkToken(request.store, request.accessToken)
  if (token !== null) return token.appid
  const asked = askedIn(request).appid ?? request.body?.['component_appid']
  return isText(asked) ? asked : null
}

const secrets = [
  'access_token',
  'component_access_token',
  'secret',
  'appsecret',
  'component_appsecret',
  'component_secret',
  'component_verify_ticket',
  'authorizer_refresh_token',
  'refresh_token',
  'authorization_code',
  'code',
]

function withoutSecrets(request: Request): unknown {
  const query = [...request.query].filter(([name]) => !secrets.includes(name))
  const body = Object.entries(request.body ?? {}).filter(([name]) => !secrets.includes(name))
  const files = (request.parts ?? []).map(({ name, filename, contentType, bytes }) => ({
    name,
    filename,
    contentType,
    size: bytes.length,
  }))
  return {
    method: request.method,
    ...Object.fromEntries(query),
    ...Object.fromEntries(body),
    ...(files.length === 0 ? {} : { files }),
  }
}

function errcodeOf(outcome: Outcome): number {
  const errcode: unknown = isBytes(outcome) ? 0 : outcome['errcode']
  return typeof errcode === 'number' ? errcode : 0
}

function whom({ body, query }: Request): { openid?: string } {
  const openid = body?.['touser'] ?? body?.['openid'] ?? query.get('openid')
  return isText(openid) ? { openid } : {}
}

/** Finds the rid in the errmsg of a failed call. The call can later be looked up by it. */
function ridOf(outcome: Outcome | null): { rid?: string } {
  const found =
    outcome === null || isBytes(outcome)
      ? null
      : / rid: ([\da-f-]+)$/.exec(String(outcome['errmsg']))
  return found?.[1] === undefined ? {} : { rid: found[1] }
}

type Happened = {
  outcome: Outcome | null
  fault: Fault | null
  status?: number
  appid: string | null
}

function record(request: Request, { outcome, fault, status, appid }: Happened): void {
  const errcode = outcome === null ? undefined : errcodeOf(outcome)
  addToLedger(request.store, {
    kind: 'call',
    appid,
    path: request.path,
    request: withoutSecrets(request),
    ...whom(request),
    ...(status === undefined ? {} : { status }),
    ...(errcode === undefined ? {} : { errcode }),
    ...(request.path === '/cgi-bin/message/custom/send' ? { delivered: errcode === 0 } : {}),
    ...(fault === null ? {} : { fault: fault.kind }),
    ...ridOf(outcome),
  })
}

/**
 * Applies a fault that changes the state before the call is processed: an expired token or a closed
 * reply window.
 */
function prepare(request: Request, fault: Fault): void {
  const { store } = request
  if (fault.kind === 'expireToken') expireToken(store, request.accessToken)
  const account = store.accounts.get(appidOf(request) ?? '')
  if (fault.kind === 'closeWindow' && account !== undefined) {
    closeWindowOf({ store, account }, request.body?.['touser'])
  }
}

function answerCall(request: Request): Outcome {
  try {
    return run(request) ?? answerOf(0)
  } catch (error) {
    if (error instanceof Refused) return answerOf(error.errcode, error.more)
    throw error
  }
}

function resultOf(request: Request, fault: Fault | null): Outcome | null {
  if (fault?.kind === 'errcode') return answerOf(fault.errcode ?? -1)
  if (fault?.kind === 'quota') return answerOf(fault.errcode ?? 45009)
  if (fault?.processed === false && lostAnswers.includes(fault.kind)) return null
  return answerCall(request)
}

function headersOf(
  outcome: Outcome | null,
  request: Request,
): { body: Buffer; headers: Record<string, string> } {
  if (outcome !== null && isBytes(outcome)) {
    const { bytes, contentType, name } = outcome
    return {
      body: bytes,
      headers: {
        'content-type': contentType,
        ...(name === null ? {} : { 'content-disposition': `attachment; filename="${name}"` }),
      },
    }
  }
  // If bytes were expected, an error is sent as text/plain, as WeChat does.
  const isPlain =
    /^\/cgi-bin\/(media\/get|material\/get_material)/.test(request.path) &&
    outcome !== null &&
    errcodeOf(outcome) !== 0
  const contentType = isPlain ? 'text/plain' : 'application/json; encoding=utf-8'
  return {
    body: Buffer.from(JSON.stringify(outcome ?? answerOf(-1))),
    headers: { 'content-type': contentType },
  }
}

function writeAnswer(
  response: ServerResponse,
  request: Request,
  { outcome, fault }: Happened,
): void {
  const kind = fault?.kind
  if (kind === 'reset') response.socket?.resetAndDestroy()
  if (kind === 'reset' || kind === 'silent') return
  const { body, headers } = headersOf(outcome, request)
  response.writeHead(200, { ...headers, 'content-length': body.length })
  if (kind === 'half') {
    response.write(body.subarray(0, Math.ceil(body.length / 2)), () => response.destroy())
  } else response.end(body)
}

/**
 * Applies a fault that answers in place of WeChat. If it returns true, the call is not processed
 * and has no effect.
 */
function turnAway(
  request: Request,
  response: ServerResponse,
  happened: Happened & { fault: Fault },
): boolean {
  const { kind } = happened.fault
  if (kind === 'refuse') {
    record(request, happened)
    response.socket?.resetAndDestroy()
  } else if (kind === 'html') {
    record(request, { ...happened, status: 502 })
    response.writeHead(502, { 'content-type': 'text/html' })
    response.end(
      '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>',
    )
  }
  return kind === 'refuse' || kind === 'html'
}

function delayOf(fault: Fault | null): number {
  return fault?.delayMs ?? (fault?.kind === 'slow' ? 3000 : 0)
}

/**
 * Answers a call to WeChat's API. The faults reset, silent and half happen after the call took
 * effect, so only its answer is lost; with `processed: false` the call has no effect either.
 */
export async function serveApi(store: Store, exchange: Exchange): Promise<void> {
  const { response } = exchange
  const request = await readRequest(store, exchange)
  const appid = appidOf(request)
  const fault = takeFault(store, {
    path: request.path,
    appid,
    hasToken: request.accessToken !== null,
  })
  if (delayOf(fault) > 0) await wait(delayOf(fault), store.closing.signal)
  if (store.closing.signal.aborted) {
    response.destroy()
    return
  }
  if (fault !== null && turnAway(request, response, { outcome: null, fault, appid })) return
  if (fault !== null) prepare(request, fault)
  const outcome = resultOf(request, fault)
  const lost = fault !== null && lostAnswers.includes(fault.kind)
  record(request, { outcome, fault, appid, ...(lost ? {} : { status: 200 }) })
  writeAnswer(response, request, { outcome, fault, appid })
}
