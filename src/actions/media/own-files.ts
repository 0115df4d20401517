// The files a line is made of: asked when it is accepted, given to the platform when it leaves.
import { contentOf, filesIn, withFiles, type Content, type FileIn } from '../../../rules/content.ts'
import { AppError } from '../../errors.ts'
import type { Delivery, KnownAccount, Leaving, Unit } from '../../ports.ts'
import { mediaIdFor, type UploadNeeds } from './upload-media.ts'

/** A file of another company is not there. */
export async function refuseForeignFiles(unit: Unit, companyId: string, content: Content): Promise<void> {
  for (const file of filesIn(content)) {
    const resource = await unit.media.find(companyId, file.id)
    if (!resource) throw new AppError('not_found', `There is no file ${file.id} in your company: upload it first, with POST /api/media.`)
    const kind = wantedKind(file)
    if (resource.kind !== kind) throw new AppError('wrong_type', `The file ${file.id} is of the kind ${resource.kind}; this place takes ${kind}.`)
  }
}

const wantedKind = ({ kind }: FileIn) => kind === 'thumb' ? 'image' : kind

/** The line with the platform's ids, or why it cannot leave now. */
export async function withPlatformFiles(needs: UploadNeeds, account: KnownAccount, leaving: Leaving): Promise<Leaving | Delivery> {
  const content = contentOf(leaving.message)
  const known = new Map<string, string>()
  for (const { id, kind } of filesIn(content)) {
    const mediaId = await mediaIdFor(needs, account, { resourceId: id, kind })
    if (typeof mediaId !== 'string') return mediaId
    known.set(id, mediaId)
  }
  return known.size === 0 ? leaving : { ...leaving, message: { ...leaving.message, content: JSON.stringify(withFiles(content, known)) } }
}
