// A file comes into the vault before the row that names it. Whoever dies between leaves a file that nobody can ask for.
import type { Needs } from '../../ports.ts'

/** An upload has long had its row by then. */
const graceMs = 24 * 3600_000

export async function sweepVault({
  store,
  vault,
}: Needs<'store' | 'vault'>): Promise<{ removed: number }> {
  // times of files are the machine's
  const before = Date.now() - graceMs
  let removed = 0
  for await (const piece of vault.pieces()) {
    const named = (sha256s: string[]) => store.read.media.named(piece.companyId, sha256s)
    removed += await vault.sweep(piece, { before, named })
  }
  return { removed }
}
