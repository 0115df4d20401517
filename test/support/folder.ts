// A temporary folder that exists until the test process ends. If it were deleted after the test,
// that could happen before the product that uses it is closed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function makeFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `kefu-${name}-`))
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}
