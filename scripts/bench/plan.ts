// What all benchmarks share: their options, and cleaning up.
import { removeDir } from '../services/places.ts'
import { started } from './child.ts'

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: a whole number from 1 to ${most}`)
  }
  return value
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
