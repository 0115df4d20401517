import { WechatUnreachable } from './errors.ts'
import { exchange, fileWithin } from './http.ts'
import type { File } from './call.ts'

/** What is behind a `video_url`. No token travels with it, so plain http will do; redirects are not followed. */
export async function fetchVideo(videoUrl: string): Promise<File> {
  const url = new URL(videoUrl)
  const { status, contentType, bytes } = await exchange({ method: 'GET', path: '', body: null, hasFile: true }, url, performance.now() + fileWithin)
  if (status !== 200) throw new WechatUnreachable(true, `http_${status}`)
  return { bytes, contentType }
}
