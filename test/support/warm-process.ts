// Processes with the whole product in them, none of it opened. To load it takes a second of a processor, and a file of tests opens
// house after house: a second process that has closed its product is kept for the next one.
import { fork, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const idle: ChildProcess[] = []

export const hasEnded = (child: ChildProcess) =>
  child.exitCode !== null || child.signalCode !== null

function load(): ChildProcess {
  return fork(join(import.meta.dirname, 'second-process.js'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
}

/** Loads one beside what its house begins with. */
export function warmProcess(): void {
  if (!idle.some((child) => !hasEnded(child))) keepProcess(load())
}

export function takeProcess(): ChildProcess {
  let child = idle.pop()
  while (child && hasEnded(child)) child = idle.pop()
  child ??= load()
  child.ref()
  child.channel?.ref()
  return child
}

/** It holds nobody up: with the last test its parent ends, and so does it. */
export function keepProcess(child: ChildProcess): void {
  child.removeAllListeners('message')
  child.unref()
  child.channel?.unref()
  idle.push(child)
}
