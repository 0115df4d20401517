import { isKnown } from '../http.ts'
import { addMedia, findMedia } from '../state/media.ts'
import { seconds } from '../state/store.ts'
import type { Media } from '../types.ts'
import type { Part } from '../wire/multipart.ts'
import { secondsOfVoice, sniff } from '../wire/sniff.ts'
import { get, refuse, upload } from './call.ts'
import type { Call, Endpoints, Result } from './call.ts'

const megabyte = 1_048_576
export const uploadTypes = ['image', 'voice', 'video', 'thumb'] as const
export type UploadType = (typeof uploadTypes)[number]

type Limit = { most: number; tooLarge: number; extensions: string[] }
const limits: Record<UploadType, Limit> = {
  image: { most: 10 * megabyte, tooLarge: 40009, extensions: ['jpg', 'png', 'gif'] },
  voice: { most: 2 * megabyte, tooLarge: 40010, extensions: ['amr', 'mp3'] },
  video: { most: 10 * megabyte, tooLarge: 40011, extensions: ['mp4'] },
  thumb: { most: 64 * 1024, tooLarge: 40012, extensions: ['jpg'] },
}

export function mediaPart(call: Call): Part {
  const part = call.parts?.find((one) => one.name === 'media')
  if (part === undefined || part.filename === null) refuse(41005)
  return part.bytes.length === 0 ? refuse(44001) : part
}

/** Refuses a file whose bytes are not of this type, whatever its name says. */
export function checkFile(type: UploadType, bytes: Buffer): void {
  const { most, tooLarge, extensions } = limits[type]
  if (bytes.length > most) refuse(tooLarge)
  const found = sniff(bytes)
  if (found === null || !extensions.includes(found.extension)) {
    refuse(type === 'image' ? 40137 : 40005)
  }
  if (type === 'voice' && secondsOfVoice(bytes) > 61) refuse(45007)
}

export function uploadType(call: Call): UploadType {
  const type = call.query.get('type')
  return isKnown(uploadTypes, type) ? type : refuse(40004)
}

function uploadMedia(call: Call): Result {
  const type = uploadType(call)
  const { bytes, filename } = mediaPart(call)
  checkFile(type, bytes)
  const media = addMedia(call.store, {
    appid: call.account.appid,
    type,
    bytes,
    ...(filename === null ? {} : { name: filename }),
  })
  const id = type === 'thumb' ? { thumb_media_id: media.mediaId } : { media_id: media.mediaId }
  return { type, ...id, created_at: seconds(media.createdAt) }
}

export function bytesOfMedia(call: Call, media: Media): Result {
  const bytes = call.store.blobs.get(media.mediaId) ?? refuse(46001)
  const ending = sniff(bytes)?.extension ?? 'bin'
  return { bytes, contentType: media.contentType, name: `${media.mediaId}.${ending}` }
}

function getMedia(call: Call): Result {
  const id = call.query.get('media_id')
  if (id === null || id === '') refuse(41006)
  const media = findMedia(call.store, call.account.appid, id) ?? refuse(40007)
  if (media.type === 'video') {
    return {
      video_url: `${call.store.origin}/vod/${media.mediaId}?dis_t=${seconds(call.store.now())}`,
    }
  }
  return bytesOfMedia(call, media)
}

export const mediaEndpoints: Endpoints = {
  '/cgi-bin/media/upload': upload(uploadMedia, { daily: 100_000, notFor: ['unverified'] }),
  '/cgi-bin/media/get': get(getMedia, { daily: 200_000, notFor: ['unverified'] }),
}
