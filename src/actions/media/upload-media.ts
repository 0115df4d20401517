// A file of the vault as the platform of one account knows it: uploaded once, and again when it has been forgotten.
import type { ResourceRow } from '../../../entities/index.ts'
import type { Delivery, KnownAccount, Needs, UploadKind } from '../../ports.ts'

export type UploadNeeds = Needs<'store' | 'vault' | 'channel' | 'clock'>

/** It must still be known when the message is sent, and a while after. */
const marginMs = 10 * 60_000

/** The media id to send with, or why nothing can be sent now. */
export async function mediaIdFor(
  needs: UploadNeeds,
  account: KnownAccount,
  { resourceId, kind }: { resourceId: string; kind: UploadKind },
): Promise<string | Delivery> {
  const now = needs.clock.now()
  const known = await needs.store.read.media.upload(resourceId, account.account_id, kind)
  if (known && known.dies_at - marginMs > now) return known.media_id
  const resource = await needs.store.read.media.find(account.company_id, resourceId)
  const bytes = resource && (await needs.vault.read(account.company_id, resource.sha256))
  if (!bytes) {
    return {
      outcome: 'refused',
      errcode: 0,
      meaning: '文件已不在媒体库中 / The file is not in the vault any more',
    }
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

/** The platform looks at the ending. */
const nameOf = (resource: ResourceRow) =>
  `${resource.resources_id}.${endings[resource.mime_type] ?? 'bin'}`
