import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import type { ClientRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Store } from '../state/store.ts'

export type PostAnswer = {
  status: number | null
  body: string
  outcome: 'answered' | 'timeout' | 'connection'
  ms: number
}

const largestAnswer = 1_048_576
const agents = {
  http: new HttpAgent({ keepAlive: true, timeout: 4000 }),
  https: new HttpsAgent({ keepAlive: true, timeout: 4000 }),
}

function collect(sent: ClientRequest, done: (answer: Omit<PostAnswer, 'ms'>) => void): void {
  sent.on('response', (response) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= largestAnswer) chunks.push(chunk)
      else sent.destroy()
    })
    response.on('end', () => {
      done({
        status: response.statusCode ?? null,
        body: Buffer.concat(chunks).toString('utf8'),
        outcome: 'answered',
      })
    })
    response.on('error', () => {
      done({ status: null, body: '', outcome: 'connection' })
    })
  })
  sent.on('error', () => {
    done({ status: null, body: '', outcome: 'connection' })
  })
}

/**
 * Makes one request. The complete answer must arrive in time, not just its beginning. If `body` is
 * null, it is a GET.
 */
export function request(store: Store, url: URL, body: string | null): Promise<PostAnswer> {
  const started = performance.now()
  return new Promise((resolve) => {
    const isHttps = url.protocol === 'https:'
    const about =
      body === null
        ? {}
        : {
            'content-type': body.startsWith('{') ? 'application/json' : 'text/xml',
            'content-length': Buffer.byteLength(body),
          }
    const headers = { 'user-agent': 'Mozilla/4.0', ...about }
    const options = {
      method: body === null ? 'GET' : 'POST',
      headers,
      agent: isHttps ? agents.https : agents.http,
    }
    const sent = (isHttps ? httpsRequest : httpRequest)(url, options)
    const done = (answer: Omit<PostAnswer, 'ms'>): void => {
      clearTimeout(deadline)
      store.closing.signal.removeEventListener('abort', stop)
      resolve({ ...answer, ms: Math.round(performance.now() - started) })
    }
    const stop = (): void => {
      done({ status: null, body: '', outcome: 'connection' })
      sent.destroy()
    }
    const deadline = setTimeout(() => {
      done({ status: null, body: '', outcome: 'timeout' })
      sent.destroy()
    }, store.timing.deadlineMs)
    store.closing.signal.addEventListener('abort', stop)
    collect(sent, done)
    sent.end(body ?? undefined)
  })
}
