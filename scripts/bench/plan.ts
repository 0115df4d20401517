// What every bench reads and leaves.
import { started } from './child.ts'
import { removeDir } from './place.ts'

export function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: a whole number from 1 to ${most}`)
  }
  return value
}

/** Stopped from outside: no figures, no server left running, no directory left behind. */
export function leaveNothing(dir: string): void {
  const stop = () => {
    for (const child of started) child.kill('SIGKILL')
    // the private services end with this process; their data is removed when nobody writes it any more
    process.once('exit', () => {
      removeDir(dir)
    })
    console.error('stopped; no figures')
    process.exit(1)
  }
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}
