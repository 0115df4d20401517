import type { ResourceRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

/**
 * Returns a file of the vault. If its bytes are missing on disk, it counts as not found although it
 * has a row.
 */
export async function getMedia(
  { store, vault }: Needs<'store' | 'vault'>,
  me: Me,
  id: string,
): Promise<{ row: ResourceRow; path: string }> {
  const row = await store.read.media.find(me.companyId, id)
  const path = row && (await vault.pathOf(me.companyId, row.sha256))
  if (!path) throw new AppError('not_found', 'There is no such file in your company.')
  return { row, path }
}
