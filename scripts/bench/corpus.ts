// Writes complete requests to a file, because the load generator's Lua has neither SHA-1 nor AES.
// webhook.lua reads the file. A record is a length of six digits, N (new) or D (sent again), and
// the bytes of the request.
import { closeSync, openSync, writeSync } from 'node:fs'
import { benchAccount, benchPushes, sign, type Mode, type OnePush } from './pushes.ts'

export type CorpusPlan = { mode: Mode; count: number; first: number }

export function writeCorpus(file: string, { mode, count, first }: CorpusPlan): void {
  const handle = openSync(file, 'w', 0o600)
  let some: Buffer[] = []
  const flush = () => {
    if (some.length > 0) writeSync(handle, Buffer.concat(some))
    some = []
  }
  let n = 0
  for (const push of benchPushes(count, first)) {
    some.push(record(push, mode, n))
    n += 1
    if (some.length === 1000) flush()
  }
  flush()
  closeSync(handle)
}

function record(push: OnePush, mode: Mode, n: number): Buffer {
  const { query, body } = sign(push, mode, n)
  const request = Buffer.from(
    `POST /wechat/${benchAccount.appid}?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\n` +
      `Accept: */*\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
  return Buffer.concat([
    Buffer.from(`${String(request.length).padStart(6, '0')}${push.again ? 'D' : 'N'}`),
    request,
  ])
}
