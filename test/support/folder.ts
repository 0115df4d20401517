// A folder that is there as long as the test's process: what runs after a test runs in the order it was announced, and a house that is
// closed after its folder has gone cannot end cleanly.
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
