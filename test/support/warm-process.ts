// Processes that have loaded the product but not opened it. Loading takes a second of processor
// time, and a test file starts many products, so a second process that has closed its product is
// reused for the next one.
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

/** Loads a second process in advance, while the first one of the same product is starting. */
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

/** An idle process does not keep the tests running: it ends together with its parent. */
export function keepProcess(child: ChildProcess): void {
  child.removeAllListeners('message')
  child.unref()
  child.channel?.unref()
  idle.push(child)
}
