import { promises as fs } from 'node:fs'
import { join } from 'node:path'

const bytes = Buffer.alloc(64 * 1024, 1)

/**
 * Tests whether files can be written to this directory and forced to disk. Throws the disk's error
 * and leaves nothing behind.
 */
export async function probeDirectory(directory: string): Promise<void> {
  const name = join(directory, `.probe-${process.pid}`)
  try {
    const file = await fs.open(name, 'w', 0o600)
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
  } finally {
    await fs.rm(name, { force: true })
  }
}
