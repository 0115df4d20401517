// Reads request bodies. Small ones, and JSON of any size, are read as a whole. Large tables are
// read in pieces as they arrive, so that they are never in memory completely.
import type { IncomingMessage } from 'node:http'
import { AppError } from '../../errors.ts'

type Bounds = { most: number; withinMs: number }
const tooLarge = ({ most }: Bounds) => new AppError('too_large', `At most ${most / 1024} KB.`)
const tooLate = () => new AppError('overloaded', 'The body did not come in time.')
const gone = () => new AppError('overloaded', 'The sender went away.')
const saysTooMuch = (request: IncomingMessage, { most }: Bounds) =>
  Number(request.headers['content-length'] ?? 0) > most

/**
 * Yields a body in pieces as they arrive and keeps nothing in memory. Only the time spent waiting
 * for the sender counts towards the limit. If the reader stops, the rest of the body is skipped.
 */
export async function* bodyInPieces(
  request: IncomingMessage,
  bounds: Bounds,
): AsyncGenerator<Buffer> {
  const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>
  let size = 0
  let leftMs = bounds.withinMs
  try {
    if (saysTooMuch(request, bounds)) throw tooLarge(bounds)
    for (;;) {
      const began = performance.now()
      const next = await withinTime(chunks.next(), leftMs)
      leftMs -= performance.now() - began
      if (next.done) return
      size += next.value.length
      if (size > bounds.most) throw tooLarge(bounds)
      yield next.value
    }
  } finally {
    chunks.return?.().then(
      () => request.resume(),
      () => undefined,
    )
  }
}

function withinTime<T>(next: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(tooLate())
    }, ms)
    next.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      () => {
        clearTimeout(timer)
        reject(gone())
      },
    )
  })
}

const ofPush: Bounds = { most: 64 * 1024, withinMs: 1000 }

export const readPushBody = (request: IncomingMessage, refused: AbortSignal) =>
  readBody(request, ofPush, refused)

export function readBody(
  request: IncomingMessage,
  bounds: Bounds,
  refused?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const timer = setTimeout(() => {
      fail(tooLate())
    }, bounds.withinMs)
    const fail = (error: Error) => {
      clearTimeout(timer)
      request.pause()
      reject(error)
    }
    refused?.addEventListener('abort', () => {
      fail(refused.reason as Error)
    })
    if (saysTooMuch(request, bounds)) {
      fail(tooLarge(bounds))
      return
    }
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > bounds.most) fail(tooLarge(bounds))
      else chunks.push(chunk)
    })
    request.once('error', fail)
    request.once('aborted', () => {
      fail(gone())
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
