// What all benchmarks share: their options, and cleaning up.
import { removeDir } from '../services/places.ts'
import type { Edition } from '../services/editions.ts'
import { started } from './child.ts'

export const editions: Edition[] = ['embedded', 'cluster']

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: a whole number from 1 to ${most}`)
  }
  return value
}

export function readEditions(text: string): Edition[] {
  const named = text.split(',')
  if (named.some((one) => !editions.some((edition) => edition === one))) {
    throw new Error('--editions: embedded, cluster or both with a comma')
  }
  return editions.filter((edition) => named.includes(edition))
}

/** If the benchmark is stopped, it leaves no running server and no directory behind. */
export function leaveNothing(dir: string): void {
  const stop = () => {
    for (const child of started) child.kill('SIGKILL')
    // The directory is deleted when this process exits. The private servers end together with it,
    // so nobody writes to the directory any more.
    process.once('exit', () => {
      removeDir(dir)
    })
    console.error('stopped; no figures')
    process.exit(1)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
