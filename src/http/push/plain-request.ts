// Recognises a push that has come whole and contains nothing unusual. It is stricter than node:http
// and never reads a request differently: what it does not recognise is left to node:http.

/** `end`: where the next request begins. */
export type PlainRequest = { url: string; body: string; end: number }

const startLine = /^POST (\/wechat\/[!"$-~]+) HTTP\/1\.1$/
const headerLine = /^([A-Za-z-]+): ?([!-~](?:[ -~]*[!-~])?)$/
const mostHeaders = 60
const mostHead = 8 * 1024
const mostBody = 64 * 1024

/**
 * Reads the first request of `bytes`. `part`: its head is plain and its body has not come yet.
 * `odd`: it is for node:http.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | 'part' | 'odd' {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1 || headEnd > mostHead) return 'odd'
  const [start = '', ...lines] = bytes.toString('latin1', 0, headEnd).split('\r\n')
  const url = startLine.exec(start)?.[1]
  const headers = headersOf(lines)
  const length = headers && lengthIn(headers)
  if (url === undefined || length === null) return 'odd'
  const begin = headEnd + 4
  const end = begin + length
  return bytes.length < end ? 'part' : { url, body: bytes.toString('utf8', begin, end), end }
}

/** The headers by name. Null if a line is unusual, or if a header occurs twice. */
function headersOf(lines: string[]): Map<string, string> | null {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value = ''] = headerLine.exec(line) ?? []
    if (name === undefined) return null
    headers.set(name.toLowerCase(), value)
  }
  return headers.size === lines.length && headers.size <= mostHeaders ? headers : null
}

/**
 * Headers that change how a request is read, or that expect something of us. A request with one of
 * them is odd. All others are ignored, as they are by the webhook.
 */
const telling = ['transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'proxy-connection']

/** The length of the body. Null if the request is odd, or lacks a header that it must have. */
function lengthIn(headers: Map<string, string>): number | null {
  const stays = (headers.get('connection') ?? 'keep-alive').toLowerCase() === 'keep-alive'
  if (!stays || !headers.has('host') || telling.some((name) => headers.has(name))) return null
  const length = headers.get('content-length') ?? ''
  return /^[0-9]{1,5}$/.test(length) && Number(length) <= mostBody ? Number(length) : null
}
