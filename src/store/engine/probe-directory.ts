import { promises as fs } from 'node:fs'
import { join } from 'node:path'

const bytes = Buffer.alloc(64 * 1024, 1)

/** Whether something can be written here and kept by the disk; throws what the disk says. Nothing of it is left. */
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
