// Puts the files of test servers and of the products under test into memory where possible. They
// force every write to disk, which is what a run mostly waits for. With `--full` the real disk is
// used.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'

const memory = '/dev/shm'
const typeOfTmpfs = 0x01021994
const gib = 1024 ** 3
const prefix = 'kefu-tests-'

/**
 * Lets the temporary files of all tests be created in memory, if there is enough of it. They are
 * deleted when this process ends.
 */
export function useMemoryDisk() {
  if (!hasRoom()) return
  sweep()
  const dir = mkdtempSync(join(memory, `${prefix}${process.pid}-`))
  const remove = () => rmSync(dir, { recursive: true, force: true })
  if (!runsPrograms(dir)) {
    remove()
    return
  }
  process.once('exit', remove)
  process.env.TMPDIR = dir
}

function hasRoom() {
  try {
    const { type, bavail, bsize } = statfsSync(memory)
    return type === typeOfTmpfs && bavail * bsize > 6 * gib && freemem() > 8 * gib
  } catch {
    return false
  }
}

/**
 * Whether programs may be run from a directory in memory. Some systems forbid it, but a test that
 * runs `npm install` needs it.
 */
function runsPrograms(dir) {
  const program = join(dir, 'program')
  writeFileSync(program, '#!/bin/sh\n')
  chmodSync(program, 0o755)
  return spawnSync(program).status === 0
}

/** Deletes the files that earlier runs left in memory because they were killed. */
function sweep() {
  for (const name of readdirSync(memory)) {
    const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
    if (!pid || isAlive(Number(pid))) continue
    try {
      rmSync(join(memory, name), { recursive: true, force: true })
    } catch (error) {
      // a small disk that a killed run mounted there cannot be deleted, so it is left; this run
      // uses a folder of its own
      console.log(`left in memory: ${error.message}`)
    }
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}
