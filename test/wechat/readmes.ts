import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

// Finds a file of the repository. It searches in parent directories, because compiled tests are in
// a different directory than their sources.
function upwards(path: string, from = import.meta.dirname): string {
  if (existsSync(join(from, path))) return join(from, path)
  return from === '/' ? assert.fail(`no ${path}`) : upwards(path, join(from, '..'))
}

export const readmes = ['README.md', 'README.zh-CN.md'].map((name) =>
  upwards(join('packages/wechat-api-ts', name)),
)
