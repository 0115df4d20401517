import type { ServerResponse } from 'node:http'
import { failWith } from './http.ts'
import { isAlive } from './state/media.ts'
import type { Store } from './state/store.ts'

/** What anybody with the address may fetch: pictures of messages and articles (`/mmbiz/`), videos (`/vod/`), all media (`/sim/media/`). */
export function serveMedia(store: Store, response: ServerResponse, path: string): void {
  const media = store.media.get(decodeURIComponent(path.split('/').at(-1) ?? ''))
  const bytes = media !== undefined && isAlive(store, media) ? store.blobs.get(media.mediaId) : null
  if (media === undefined || bytes === null) throw failWith(404, 'not_found', 'no such media, or it has died')
  response.writeHead(200, {
    'content-type': media.contentType, 'content-length': bytes.length, 'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'", 'cache-control': 'private, max-age=3600',
  })
  response.end(bytes)
}
