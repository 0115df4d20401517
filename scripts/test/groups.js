// Which test files share a process. To load the product takes a second of processor time, and the
// first second of a process is also the slowest of its life.
import { basename, dirname } from 'node:path'

/**
 * How many test files share a process at most. With more of them, all other processes of a run
 * would be done before the last one.
 */
const mostTogether = 6

/**
 * Divides test files among processes. Files that get a process of their own come first, because the
 * longest files are among them.
 */
export function groupFiles(paths, together = () => false) {
  const alone = paths.filter((path) => !together(path)).map((path) => [path])
  const folders = new Map()
  for (const path of paths.filter(together)) {
    const folder = dirname(path)
    folders.set(folder, [...(folders.get(folder) ?? []), path])
  }
  return [...alone, ...[...folders.values()].flatMap(inEqualParts)]
}

function inEqualParts(paths) {
  const parts = Math.ceil(paths.length / mostTogether)
  return Array.from({ length: parts }, (_, part) => paths.filter((_, at) => at % parts === part))
}

const shared = ['api', 'contract', 'flows', 'house', 'rules', 'simulator', 'store', 'wechat']
/**
 * Test files that need a process of their own, because they kill processes, count what a process
 * has, or take long.
 */
const alone = /^(killed|soak|size|slow-|every-setting|random-|rights\.|answers|.*-races|at-once)/

export const mayShare = (path) =>
  shared.includes(basename(dirname(path))) && !alone.test(basename(path))
