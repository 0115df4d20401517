import { randomBytes } from 'node:crypto'
import type { Media, MediaType } from '../types.ts'
import { sniff } from '../wire/sniff.ts'
import type { Store } from './store.ts'
import { put } from './tables.ts'

const threeDays = 3 * 24 * 3600_000
const endings: Record<string, string> = {
  image: 'jpg',
  voice: 'amr',
  video: 'mp4',
  thumb: 'jpg',
  news: 'json',
}

export type NewMedia = {
  appid: string
  type: MediaType
  bytes: Buffer
  name?: string
  permanent?: boolean
}

export function addMedia(store: Store, given: NewMedia): Media {
  const { bytes, type } = given
  const found = sniff(bytes)
  const mediaId = randomBytes(given.permanent === true ? 32 : 48)
    .toString('base64url')
    .replace(/^-/, '_')
  store.blobs.put(mediaId, bytes)
  const media: Media = {
    mediaId,
    appid: given.appid,
    type,
    permanent: given.permanent ?? false,
    size: bytes.length,
    createdAt: store.now(),
    name: given.name ?? `${mediaId}.${found?.extension ?? endings[type] ?? 'bin'}`,
    contentType: found?.contentType ?? 'application/octet-stream',
  }
  put(store, 'media', media)
  store.saveSoon()
  return media
}

export function isAlive(store: Store, media: Media): boolean {
  return media.permanent || media.createdAt + threeDays > store.now()
}

export function findMedia(store: Store, appid: string, mediaId: unknown): Media | null {
  const media = typeof mediaId === 'string' ? store.media.get(mediaId) : undefined
  return media !== undefined && media.appid === appid && isAlive(store, media) ? media : null
}

/** The errcode for sending this media id as one of these types; 0 if it may be sent. */
export function mediaError(
  store: Store,
  asked: { appid: string; mediaId: unknown; types: MediaType[] },
): number {
  if (asked.mediaId === undefined || asked.mediaId === '') return 41006
  if (typeof asked.mediaId !== 'string') return 47001
  const media = findMedia(store, asked.appid, asked.mediaId)
  if (media === null) return 40007
  return asked.types.includes(media.type) ? 0 : 40121
}

export function removeMedia(store: Store, media: Media): void {
  store.blobs.remove(media.mediaId)
  store.media.delete(media.mediaId)
  store.saveSoon()
}

/** Deletes media a day after they have expired. */
export function sweepMedia(store: Store): void {
  const before = store.now() - threeDays - 24 * 3600_000
  for (const media of store.media.values()) {
    if (!media.permanent && media.createdAt < before) removeMedia(store, media)
  }
}
