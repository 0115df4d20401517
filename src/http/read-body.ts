import type { IncomingMessage } from 'node:http'
import { AppError } from '../errors.ts'

type Bounds = { most: number; withinMs: number }
const ofPush: Bounds = { most: 64 * 1024, withinMs: 1000 }

export const readPush = (request: IncomingMessage, refused: AbortSignal) =>
  readBody(request, ofPush, refused)

export function readBody(
  request: IncomingMessage,
  { most, withinMs }: Bounds,
  refused?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => {
      fail(new AppError('overloaded', 'The body did not come in time.'))
    }, withinMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      request.pause()
      reject(error)
    }
    refused?.addEventListener('abort', () => {
      fail(refused.reason as Error)
    })
    const tooLarge = () => new AppError('too_large', `At most ${most / 1024} KB.`)
    if (Number(request.headers['content-length'] ?? 0) > most) {
      fail(tooLarge())
      return
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > most) fail(tooLarge())
      else chunks.push(chunk)
    })
    request.once('error', fail)
    request.once('aborted', () => {
      fail(new AppError('overloaded', 'The sender went away.'))
    })
    request.once('end', () => {
      clearTimeout(timer)
      resolve(
        (chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks)).toString(
          'utf8',
        ),
      )
    })
  })
}
