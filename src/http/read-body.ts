import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'

const most = 64 * 1024
const withinMs = 1000

/** A push's body: at most 64 KB within 1 s. */
export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => { fail(new AppError('overloaded', 'The body did not come in time.')) }, withinMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      request.pause()
      reject(error)
    }
    if (Number(request.headers['content-length'] ?? 0) > most) { fail(new AppError('too_large', 'A push has at most 64 KB.')); return; }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > most) fail(new AppError('too_large', 'A push has at most 64 KB.'))
      else chunks.push(chunk)
    })
    request.once('error', fail)
    request.once('aborted', () => { fail(new AppError('overloaded', 'The sender went away.')) })
    request.once('end', () => {
      clearTimeout(timer)
      resolve((chunks.length === 1 ? chunks[0] ?? Buffer.alloc(0) : Buffer.concat(chunks)).toString('utf8'))
    })
  })
}
