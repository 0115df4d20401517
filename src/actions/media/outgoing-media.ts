// Handles outgoing lines with files from the vault. The files are checked before the line is
// stored, and replaced by WeChat's ids for them before it is sent.
import type { MessageRow, ResourceRow } from '../../../entities/index.ts'
import { contentOf, filesOf, withIds, type Content } from '../../../rules/reply/content.ts'
import { takenByPlatform } from '../../../rules/reply/media.ts'
import { AppError } from '../../errors.ts'
import type { DeliveryOutcome, KnownAccount, Unit, UploadKind } from '../../ports.ts'
import { mediaIdFor, type UploadNeeds } from './upload-media.ts'

/**
 * Returns the columns of a line that shows its file. Refuses files that do not exist or are of
 * another type. From now on the file counts as used and is kept.
 */
export async function fileColumns(
  unit: Unit,
  companyId: string,
  content: Content,
): Promise<Partial<MessageRow>> {
  const files = filesOf(content)
  const rows: (ResourceRow | null)[] = []
  for (const { id } of files) rows.push(await useFile(unit, companyId, id))
  files.forEach(({ kind, field }, at) => {
    refuseOther(rows[at] ?? null, kind, field)
  })
  const shown = rows[files.findIndex(({ kind }) => kind !== 'thumb')]
  if (!shown) return {}
  return {
    resources_id: shown.resources_id,
    extra: JSON.stringify({
      mime: shown.mime_type,
      size: shown.resources_size,
      name: shown.file_name,
    }),
  }
}

/**
 * Locks a file and marks it as used, so that it is kept. Null if it is gone: the clean-up job may
 * have deleted an unused file at this very moment.
 */
async function useFile(unit: Unit, companyId: string, id: string): Promise<ResourceRow | null> {
  const seen = await unit.media.find(companyId, id)
  if (seen?.used !== 0) return seen
  const row = await unit.media.lock(companyId, id)
  if (row) await unit.media.use(companyId, id)
  return row
}

function refuseOther(row: ResourceRow | null, kind: UploadKind, field: string): void {
  if (!row) {
    throw new AppError('not_found', 'There is no such file in your company: upload it first.', {
      field,
    })
  }
  if (!takenByPlatform[kind].includes(row.mime_type)) {
    throw new AppError(
      'invalid_input',
      `WeChat takes ${takenByPlatform[kind].join(', ')} here, and this is ${row.mime_type}.`,
      { field },
    )
  }
}

export type Ready = { message: MessageRow; mediaIds: string[] }

export async function forPlatform(
  needs: UploadNeeds,
  account: KnownAccount,
  message: MessageRow,
): Promise<Ready | DeliveryOutcome> {
  const content = contentOf(message)
  const ids = new Map<string, string>()
  for (const { id, kind } of filesOf(content)) {
    const mediaId = await mediaIdFor(needs, account, { resourceId: id, kind })
    if (typeof mediaId !== 'string') return mediaId
    ids.set(id, mediaId)
  }
  if (ids.size === 0) return { message, mediaIds: [] }
  return {
    message: { ...message, content: JSON.stringify(withIds(content, ids)) },
    mediaIds: [...ids.values()],
  }
}
