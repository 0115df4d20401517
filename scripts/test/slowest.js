// A reporter of node:test: the files that took longest, because the longest of them decide how long everybody waits.
import { relative } from 'node:path'

const told = 12

export default async function* slowest(source) {
  const files = new Map()
  for await (const { type, data } of source) {
    // a parent's time holds that of its tests
    if ((type !== 'test:pass' && type !== 'test:fail') || data.nesting > 0) continue
    const { file, details } = data
    if (file) files.set(file, (files.get(file) ?? 0) + details.duration_ms)
  }
  if (files.size <= told) return
  yield `\nSlowest of ${files.size} files, seconds in their tests:\n`
  for (const [file, ms] of [...files].sort(([, a], [, b]) => b - a).slice(0, told)) {
    yield `${String(Math.round(ms / 1000)).padStart(5)}  ${relative(process.cwd(), file)}\n`
  }
}
