// Measures a pattern in a separate thread, because the worst pattern keeps the engine busy for a
// second.
import { parentPort } from 'node:worker_threads'
import { measurePattern, type Measured } from '../../../rules/auto-reply/pattern.ts'

const mostKept = 20_000
const kept = new Map<string, Measured>()

function measure(pattern: string): Measured {
  const known = kept.get(pattern) ?? measurePattern(pattern)
  if (kept.size >= mostKept) kept.clear()
  kept.set(pattern, known)
  return known
}

parentPort?.on('message', ({ n, patterns }: { n: number; patterns: string[] }) => {
  parentPort?.postMessage({ n, measured: patterns.map(measure) })
})
