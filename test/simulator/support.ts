import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { sign } from '#simulator/wire/crypto'
import { readPush } from '#simulator/wire/pushed'

export type Pushed = { query: URLSearchParams; body: string; contentType: string | undefined }
type Answering = (pushed: Pushed, response: ServerResponse) => void
export type Json = Record<string, unknown>

export const key = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ'
export const appid = 'wx1234567890abcdef'
export const originalId = 'gh_1a2b3c4d5e6f'
export const openid = 'oMadeUpOpenid0000000000000A1'
export const token = 'local_sim_token_01'

export function textReply(content: string): string {
  return (
    `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[${originalId}]]></FromUserName>` +
    `<CreateTime>1760000001</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content></xml>`
  )
}

/**
 * Writes a reply in an envelope: `sealed` is the encrypted text, and it is signed with the
 * account's token.
 */
export function writeSealed(sealed: string, its = token): string {
  return (
    `<xml><Encrypt><![CDATA[${sealed}]]></Encrypt><MsgSignature><![CDATA[${sign(its, '1', '2', sealed)}]]></MsgSignature>` +
    '<TimeStamp>1</TimeStamp><Nonce><![CDATA[2]]></Nonce></xml>'
  )
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** A test that can register what to do when it has ended. */
export type Ending = { after: (run: () => void | Promise<void>) => void }

const folders: string[] = []
// the folders are deleted only after every scene of the file is closed, because a simulator writes
// until then
after(() => {
  for (const one of folders) rmSync(one, { recursive: true })
})

/** A folder in which a simulator keeps its state, for tests that restart it. */
export function folder(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'simulator-'))
  folders.push(dataDir)
  return dataDir
}

export async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

export type SceneOptions = {
  mode?: 'plain' | 'compatible' | 'safe'
  dataDir?: string
  /**
   * How long the simulator waits for the answer to a push. It is short only in tests where nobody
   * answers, because on a busy machine an answer may be slow.
   */
  deadlineMs?: number
}

/**
 * Opens an account's server, a simulator with short pauses, one account and one follower. All are
 * closed with the test.
 */
export async function openScene(
  t: Ending,
  { mode = 'plain', dataDir, deadlineMs = 5000 }: SceneOptions = {},
) {
  const pushes: Pushed[] = []
  const scene = {
    answer: ((_pushed, response) => {
      response.end('success')
    }) as Answering,
  }
  const backend = createServer((request, response) => {
    void textOf(request).then((body) => {
      const { searchParams: query } = new URL(request.url ?? '', 'http://x')
      const pushed = { query, body, contentType: request.headers['content-type'] }
      pushes.push(pushed)
      scene.answer(pushed, response)
    })
  })
  await new Promise<void>((resolve) => {
    backend.listen(0, '127.0.0.1', resolve)
  })
  const address = backend.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const simulator = await openSimulator({
    host: '127.0.0.1',
    port: 0,
    dataDir: dataDir ?? null,
    timing: { deadlineMs, pauseMs: 20 },
  })
  let closing: Promise<void> | null = null
  const close = () => (closing ??= simulator.close().then(() => closeServer(backend)))
  t.after(close)
  const call = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const init =
      body === undefined
        ? { method }
        : { method, body: typeof body === 'string' ? body : JSON.stringify(body) }
    return (await (await fetch(`${simulator.url}${path}`, init)).json()) as Json
  }
  await call('POST', '/sim/accounts', {
    appid,
    appSecret: 'made-up-secret',
    token,
    encodingAesKey: key,
    mode,
    originalId,
    callbackUrl: `http://127.0.0.1:${port}/wechat/${appid}`,
  })
  await call('POST', '/sim/followers', { appid, openid, nickname: '小明' })
  return {
    pushes,
    call,
    url: simulator.url,
    answerWith: (answer: Answering) => {
      scene.answer = answer
    },
    send: (type: string, more: Json = {}) =>
      call('POST', `/sim/followers/${openid}/send`, { appid, type, ...more }),
    happen: (event: string, more: Json = {}) =>
      call('POST', `/sim/followers/${openid}/event`, { appid, event, ...more }),
    advance: (advanceMs: number) => call('POST', '/sim/clock', { advanceMs }),
    change: (more: Json) => call('PATCH', `/sim/accounts/${appid}`, more),
    /** The fields of the last push, as its receiver reads them. */
    pushed: () => JSON.parse(JSON.stringify(readPush(pushes.at(-1)?.body ?? '').fields)) as Json,
    say: (text: string, more: Json = {}) =>
      call('POST', `/sim/followers/${openid}/send`, { appid, type: 'text', text, ...more }),
    inbox: async () =>
      (await call('GET', `/sim/followers/${openid}/inbox?appid=${appid}`))['items'] as Json[],
    ledger: async () => (await call('GET', '/sim/ledger?after=0'))['items'] as Json[],
    accessToken: async () =>
      String(
        (
          await call(
            'GET',
            `/cgi-bin/token?grant_type=client_credential&appid=${appid}&secret=made-up-secret`,
          )
        )['access_token'],
      ),
    /** Closes the simulator and its servers before the test ends, for tests of a restart. */
    close,
  }
}
/**
 * Calls WeChat's API for the account, and fetches a new token when the last one is no longer valid.
 */
export async function openApi(scene: Scene) {
  let token = await scene.accessToken()
  const ask = async (path: string, body?: unknown): Promise<Json> => {
    const at = `${path}${path.includes('?') ? '&' : '?'}access_token=${token}`
    const answer = await scene.call(body === undefined ? 'GET' : 'POST', at, body)
    if (answer['errcode'] !== 42001) return answer
    token = await scene.accessToken()
    return ask(path, body)
  }
  const raw = (path: string) => fetch(`${scene.url}${path}&access_token=${token}`)
  const upload = async (path: string, bytes: Buffer, filename = 'a.bin'): Promise<Json> => {
    const form = new FormData()
    form.append('media', new Blob([new Uint8Array(bytes)]), filename)
    return (await (
      await fetch(`${scene.url}${path}&access_token=${token}`, { method: 'POST', body: form })
    ).json()) as Json
  }
  const send = async (msgtype: string, part: unknown, more: Json = {}) =>
    (
      await ask('/cgi-bin/message/custom/send', {
        touser: openid,
        msgtype,
        [msgtype]: part,
        ...more,
      })
    )['errcode']
  return { ask, raw, upload, send, token: () => token }
}

export type Scene = Awaited<ReturnType<typeof openScene>>
