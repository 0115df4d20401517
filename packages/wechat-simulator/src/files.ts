import type { ServerResponse } from 'node:http'
import encodeQR from 'qr'
import { failWith } from './http.ts'
import { isAlive } from './state/media.ts'
import type { Store } from './state/store.ts'
import { drawPng } from './wire/png.ts'

/**
 * Serves files that anybody with the address may download: pictures (`/mmbiz/`), videos (`/vod/`),
 * and all media for the phone page (`/sim/media/`).
 */
export function serveMedia(store: Store, response: ServerResponse, path: string): void {
  const media = store.media.get(decodeURIComponent(path.split('/').at(-1) ?? ''))
  const bytes = media !== undefined && isAlive(store, media) ? store.blobs.get(media.mediaId) : null
  if (media === undefined || bytes === null) {
    throw failWith(404, 'not_found', 'no such media, or it has died')
  }
  response.writeHead(200, {
    'content-type': media.contentType,
    'content-length': bytes.length,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'private, max-age=3600',
  })
  response.end(bytes)
}

/**
 * Serves the picture of a QR code. The real WeChat has it on another host; it needs no token and is
 * not a call of the API.
 */
export function serveQr(store: Store, response: ServerResponse, ticket: string): void {
  const code = store.codes.get(ticket)
  if (code === undefined) throw failWith(404, 'not_found', 'no such ticket')
  const points = encodeQR(code.url, 'raw', { ecc: 'medium', border: 4 })
  const bytes = drawPng(points.length, 8, (x, y) => points[y]?.[x] === true)
  response.writeHead(200, { 'content-type': 'image/png', 'content-length': bytes.length })
  response.end(bytes)
}
