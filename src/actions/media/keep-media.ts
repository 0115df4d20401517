// Stores a file in the vault: first its bytes, completely on disk, and only then the row that names
// them.
import type { ResourceRow } from '../../../entities/index.ts'
import {
  headBytes,
  judgeFile,
  mostOfAny,
  wav,
  type RecognisedType,
} from '../../../rules/reply/media.ts'
import { AppError } from '../../errors.ts'
import type { FileDraft, Needs } from '../../ports.ts'

export type KeepNeeds = Needs<'store' | 'vault' | 'voices' | 'ids' | 'clock'>
export type Incoming = {
  companyId: string
  source: AsyncIterable<Uint8Array>
  name: string
  uid: number | null
  strict: boolean
}

const refusals = {
  wrong_type:
    'This is none of the files that are taken: pictures, AMR, MP3 or WAV voices, MP4 videos, PDF, ZIP and office documents.',
  too_large:
    'Too large: pictures and videos have at most 10 MB, voices 2 MB (as WAV 20 MB), other files 20 MB.',
}

export async function keepMedia(needs: KeepNeeds, given: Incoming): Promise<ResourceRow> {
  const { companyId, uid, strict } = given
  const came = await receive(needs, given.source, strict)
  const isWav = strict && came.media.mime === wav
  const { draft, media } = isWav ? await asMp3(needs, came.draft) : came
  const name = isWav ? given.name.replace(/(\.wave?)?$/i, '.mp3') : given.name
  await draft.keep(companyId)
  return needs.store.work('rest', (unit) =>
    unit.media.add(
      newResource(needs, { companyId, name, uid, media, sha256: draft.sha256, size: draft.size }),
    ),
  )
}

type ReceivedFile = { draft: FileDraft; media: RecognisedType }

async function receive(
  needs: Needs<'vault'>,
  source: AsyncIterable<Uint8Array>,
  strict: boolean,
): Promise<ReceivedFile> {
  const draft = await needs.vault.receive(source, { most: mostOfAny, head: headBytes })
  if (!draft) throw new AppError('too_large', refusals.too_large)
  const media = judgeFile(draft, strict)
  if (draft.size === 0 || typeof media === 'string') {
    await draft.drop()
    const code = typeof media === 'string' ? media : 'wrong_type'
    throw new AppError(code, refusals[code])
  }
  return { draft, media }
}

async function asMp3(needs: Needs<'vault' | 'voices'>, draft: FileDraft): Promise<ReceivedFile> {
  try {
    return await receive(needs, streamOf(await needs.voices.mp3(draft.read)), true)
  } finally {
    await draft.drop()
  }
}

type MediaFacts = Pick<Incoming, 'companyId' | 'name' | 'uid'> & {
  media: RecognisedType
  sha256: string
  size: number
}

const newResource = (
  needs: Needs<'ids' | 'clock'>,
  { companyId, name, uid, media, sha256, size }: MediaFacts,
): ResourceRow => ({
  resources_id: needs.ids(),
  company_id: companyId,
  sha256,
  mime_type: media.mime,
  resources_size: size,
  file_name: Array.from(name).slice(0, 255).join(''),
  media_id: null,
  media_dies_at: null,
  add_time: needs.clock.now(),
  kind: media.kind,
  uid,
  // a file from a follower counts as used from the start, because their message shows it; a file
  // that a person uploads is not used yet
  used: Number(uid === null),
})

export async function* streamOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
