// Where a benchmark runs: the checkout, a directory on its disk, and the machine.
import { closeSync, fsyncSync, mkdirSync, mkdtempSync, openSync, writeSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../../..')

/**
 * A directory on the disk of the checkout. /tmp may be in memory, where a commit would cost
 * nothing.
 */
export function freshDirOnDisk(): string {
  mkdirSync(join(root, 'data'), { recursive: true })
  return mkdtempSync(join(root, 'data', 'bench-'))
}

/** How long a forced write to disk takes here, in ms: no durable answer can be faster. */
export function fsyncMs(dir: string): number {
  const handle = openSync(join(dir, 'fsync'), 'w')
  const block = Buffer.alloc(4096, 1)
  const times = Array.from({ length: 100 }, () => {
    const began = performance.now()
    writeSync(handle, block)
    fsyncSync(handle)
    return performance.now() - began
  })
  closeSync(handle)
  return median(times)
}

export function machine(): string {
  const [cpu] = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return (
    `${cpu?.model.trim() ?? 'unknown processor'} × ${cpus().length}, ${memory} GB, ` +
    `node ${process.version}, ${process.platform}, load ${loadavg()[0]?.toFixed(2) ?? '?'} before the bench`
  )
}

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2
}

/** The value below which this share of the values lies, for example 0.99 for p99. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN
}

/** The median and, in brackets, the lowest and the highest of several rounds. */
export const range = (values: number[], digits: number) =>
  `${median(values).toFixed(digits)} (${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)})`
