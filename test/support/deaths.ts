// Starts the product like an operator does, and kills it at a chosen moment.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * An operation by which the process reaches outside itself, such as writing a file or asking the
 * database: what it does, the place in the code from which it is made, and its number among the
 * operations of that place.
 */
export type OutsideOperation = { place: string; nth: number; what: string }
export type Death = Pick<OutsideOperation, 'place' | 'nth'> & {
  where: 'before' | 'during'
  /**
   * Selects the operation at which to die by its description (`what @ place`) instead of its place.
   * Then `nth` counts the operations that match.
   */
  like?: string
}
export type Stands = { url: string; operations: OutsideOperation[] }

const main = join(import.meta.dirname, '../../src/main.js')
const preload = pathToFileURL(join(import.meta.dirname, 'dies-at.js')).href

export type Mortal = {
  /** How to reach the started process; null if it died before it was ready. */
  stands: Stands | null
  /** The operations that the process has made so far, at each of which a test may let it die. */
  operations: () => Promise<OutsideOperation[]>
  /** Resolves when the process has died at the chosen operation. */
  died: () => Promise<void>
  kill: () => Promise<void>
}

export async function startMortal(
  settings: Record<string, string>,
  dir: string,
  death: Death | null,
): Promise<Mortal> {
  const child = fork(main, [JSON.stringify(death)], {
    cwd: dir,
    env: { ...settings, PORT: '0' },
    execArgv: ['--import', preload],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const closed = once(child, 'close') as Promise<[number | null, string | null]>
  const ended = closed.then(([code, signal]) => {
    if (signal !== 'SIGKILL') throw new Error(`it ended by itself (${code}): ${said}`)
    return null
  })
  const told = async (): Promise<Stands | null> => {
    const message = once(child, 'message') as Promise<[Stands]>
    return Promise.race([message.then(([one]) => one), ended])
  }
  return {
    stands: await told(),
    operations: async () => {
      child.send('operations')
      return (await told())?.operations ?? []
    },
    died: async () => {
      await ended
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

/**
 * Starts the process, kills it when it is ready, and returns the operations it made until then;
 * null if it died before.
 */
export async function startAndKill(
  ...start: Parameters<typeof startMortal>
): Promise<OutsideOperation[] | null> {
  const { stands, kill } = await startMortal(...start)
  await kill()
  return stands && stands.operations
}

/**
 * How often a start is repeated until it comes to the chosen operation. What two parts of a start
 * do first depends on timing, so a single start may never come to it.
 */
const mostStarts = 3

/** Kills a start at the chosen operation. Returns false if no start came to it. */
export async function killStart(
  settings: Record<string, string>,
  dir: string,
  death: Death,
): Promise<boolean> {
  for (let start = 0; start < mostStarts; start += 1) {
    const operations = await startAndKill(settings, dir, death)
    if (operations === null) return true
    const came = operations.some(({ place, nth }) => place === death.place && nth === death.nth)
    assert.ok(!came, `it came to ${death.nth} of ${death.place} and survived`)
  }
  return false
}
