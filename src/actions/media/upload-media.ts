// Uploads a file of the vault to WeChat for one account. This is done once, and again after WeChat
// has forgotten the file.
import type { ResourceRow } from '../../../entities/index.ts'
import type { DeliveryOutcome, KnownAccount, Needs, UploadKind } from '../../ports.ts'

export type UploadNeeds = Needs<'store' | 'vault' | 'channel' | 'clock'>

/**
 * WeChat forgets an uploaded file after three days. A file of which less than this time is left
 * might be gone when the message arrives, so it is uploaded again.
 */
const marginMs = 10 * 60_000

/** Returns the media id to send with, or the reason why nothing can be sent now. */
export async function mediaIdFor(
  needs: UploadNeeds,
  account: KnownAccount,
  { resourceId, kind }: { resourceId: string; kind: UploadKind },
): Promise<string | DeliveryOutcome> {
  const now = needs.clock.now()
  const known = await needs.store.read.media.upload(resourceId, account.account_id, kind)
  if (known && known.dies_at - marginMs > now) return known.media_id
  const resource = await needs.store.read.media.find(account.company_id, resourceId)
  const bytes = resource && (await needs.vault.read(account.company_id, resource.sha256))
  if (!bytes) {
    return { outcome: 'refused', errcode: null, meaning: 'file_missing' }
  }

  const uploaded = await needs.channel.uploadMedia(account, {
    kind,
    bytes,
    name: nameOf(resource),
    mime: resource.mime_type,
  })
  if ('outcome' in uploaded) return uploaded
  await needs.store.work('reply', (unit) =>
    unit.media.saveUpload({
      resources_id: resourceId,
      account_id: account.account_id,
      kind,
      company_id: account.company_id,
      media_id: uploaded.mediaId,
      dies_at: uploaded.diesAt,
    }),
  )
  return uploaded.mediaId
}

const endings: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/bmp': 'bmp',
  'audio/amr': 'amr',
  'audio/mpeg': 'mp3',
  'video/mp4': 'mp4',
}

/**
 * The name under which a file is uploaded. Its ending matters, because WeChat recognises the type
 * of a file by it.
 */
const nameOf = (resource: ResourceRow) =>
  `${resource.resources_id}.${endings[resource.mime_type] ?? 'bin'}`
