// Makes calls with node:http. It does not use fetch, which needs several times more processor time
// and would take it from the servers on the same machine.
import { request, type Agent as Sockets } from 'node:http'

export type HttpCall = {
  method?: string
  token?: string
  body?: object | undefined
  sockets: Sockets
}
/** An answer without JSON has an empty body. */
export type HttpAnswer<Body> = { status: number; body: Partial<Body> }

export function callHttp<Body>(
  url: string,
  { method = 'POST', token, body, sockets }: HttpCall,
): Promise<HttpAnswer<Body>> {
  const text = body === undefined ? null : JSON.stringify(body)
  const headers = {
    ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    ...(text !== null && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(text),
    }),
  }
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, agent: sockets, headers }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part)).once('error', reject)
      response.once('end', () => {
        const answer = Buffer.concat(parts).toString()
        resolve({
          status: response.statusCode ?? 0,
          body: answer.startsWith('{') ? (JSON.parse(answer) as Body) : {},
        })
      })
    })
    asked.once('error', reject).end(text ?? undefined)
  })
}
