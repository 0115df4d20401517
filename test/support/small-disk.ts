// A small disk that can be filled up. If the test may not mount one, writes are refused like on a
// full disk.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '../../src/ports.ts'

export type SmallDisk = {
  dir: string
  fill: () => void
  free: () => void
  /**
   * Makes the product's writes fail when the disk is full; changes nothing if the small disk is a
   * real one.
   */
  wrap: (ports: Ports) => Ports
  close: () => void
}

export function openSmallDisk(megabytes: number): SmallDisk {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-disk-'))
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'kefu', dir])
  return status === 0 ? mounted(dir) : played(dir)
}

function mounted(dir: string): SmallDisk {
  const filler = join(dir, 'filler')
  return {
    dir,
    fill: () => {
      for (const bytes of [1024 * 1024, 4096, 1]) {
        try {
          for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: 'a' })
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        }
      }
    },
    free: () => {
      rmSync(filler)
    },
    wrap: (ports) => ports,
    close: () => {
      spawnSync('umount', ['-l', dir])
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

function played(dir: string): SmallDisk {
  let full = false
  const unlessFull = (probe: () => Promise<void>) => async () => {
    if (full) throw new Error('ENOSPC: no space left on device, write')
    await probe()
  }
  return {
    dir,
    fill: () => {
      full = true
    },
    free: () => {
      full = false
    },
    wrap: (ports) => ({
      ...ports,
      store: {
        ...ports.store,
        work: async (...unit) => {
          await unlessFull(() => Promise.resolve())()
          return ports.store.work(...unit)
        },
      },
      vault: { ...ports.vault, probe: unlessFull(ports.vault.probe) },
    }),
    close: () => {
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
