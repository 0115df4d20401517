import { WechatUnreachable } from './errors.ts'
import { exchange, fileWithin } from './http.ts'
import type { MediaFile } from './call.ts'

/**
 * Downloads the video at a `video_url` of WeChat. Plain http is acceptable because no token is
 * sent; redirects are not followed.
 */
export async function fetchVideo(videoUrl: string): Promise<MediaFile> {
  const asked = { method: 'GET', path: '', body: null, hasFile: true } as const
  const { status, contentType, bytes } = await exchange(
    asked,
    new URL(videoUrl),
    performance.now() + fileWithin,
  )
  if (status !== 200) throw new WechatUnreachable(true, `http_${status}`)
  return { bytes, contentType }
}
