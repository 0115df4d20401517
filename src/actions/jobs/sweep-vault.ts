// Deletes files that no row names. A file is written to the vault before its row, so a process that
// dies in between leaves a file that nobody can ask for.
import type { Needs } from '../../ports.ts'

/**
 * Only files older than this are deleted: an upload that began earlier has surely ended and written
 * the row that names its file.
 */
const graceMs = 24 * 3600_000

export async function sweepVault({
  store,
  vault,
}: Needs<'store' | 'vault'>): Promise<{ removed: number }> {
  // the machine's clock is asked and not the product's, because the times of files come from the
  // machine
  const before = Date.now() - graceMs
  let removed = 0
  for await (const piece of vault.pieces()) {
    const named = (sha256s: string[]) => store.read.media.named(piece.companyId, sha256s)
    removed += await vault.sweep(piece, { before, named })
  }
  return { removed }
}
