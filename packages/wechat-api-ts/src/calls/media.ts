// Temporary media (临时素材), which WeChat keeps for three days.
import type { Ask, Call, MediaFile } from '../call.ts'
import type { Upload } from '../multipart.ts'

export type MediaKind = 'image' | 'voice' | 'video' | 'thumb'
export type Uploaded = { type: string; media_id: string; created_at: number }
/**
 * A downloaded file. For a video WeChat returns an address instead of bytes. Download it soon; no
 * token is needed.
 */
export type Media = ({ kind: 'file' } & MediaFile) | { kind: 'video'; video_url: string }

const upload: Call<{ type: MediaKind; media: Upload }, Uploaded> =
  ({ ask }) =>
  async ({ type, media }) => {
    const { thumb_media_id, ...said } = await ask<Uploaded & { thumb_media_id?: string }>({
      method: 'POST',
      path: '/cgi-bin/media/upload',
      query: { type },
      upload: { media },
    })
    // WeChat calls the id of an uploaded thumbnail `thumb_media_id`; callers find it as `media_id`,
    // like that of every other file.
    return thumb_media_id === undefined ? said : { ...said, media_id: thumb_media_id }
  }

async function download(ask: Ask, path: string, media_id: string): Promise<Media> {
  const said = await ask<MediaFile | { video_url: string }>({
    method: 'GET',
    path,
    query: { media_id },
    answer: 'file',
  })
  return 'bytes' in said ? { kind: 'file', ...said } : { kind: 'video', video_url: said.video_url }
}

const getMedia: Call<{ media_id: string }, Media> =
  ({ ask }) =>
  ({ media_id }) =>
    download(ask, '/cgi-bin/media/get', media_id)
const getJssdkVoice: Call<{ media_id: string }, Media> =
  ({ ask }) =>
  ({ media_id }) =>
    download(ask, '/cgi-bin/media/get/jssdk', media_id)

const uploadArticleImage: Call<{ media: Upload }, { url: string }> =
  ({ ask }) =>
  ({ media }) =>
    ask({ method: 'POST', path: '/cgi-bin/media/uploadimg', upload: { media } })

export const media = {
  upload,
  get: getMedia,
  /** Downloads a recording made with JSSDK's `uploadVoice`, as 16 kHz speex. */
  getJssdkVoice,
  /** Uploads a picture for use inside an article: JPG or PNG under 1 MB. */
  uploadArticleImage,
}
