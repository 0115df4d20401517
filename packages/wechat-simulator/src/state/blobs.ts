import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Stores the bytes of media by their media id, apart from the other data because they are large.
 */
export type Blobs = {
  put: (id: string, bytes: Buffer) => void
  get: (id: string) => Buffer | null
  remove: (id: string) => void
}

function blobsInMemory(): Blobs {
  const held = new Map<string, Buffer>()
  return {
    put: (id, bytes) => {
      held.set(id, bytes)
    },
    get: (id) => held.get(id) ?? null,
    remove: (id) => {
      held.delete(id)
    },
  }
}

export function openBlobs(folder: string | null): Blobs {
  if (folder === null) return blobsInMemory()
  mkdirSync(folder, { recursive: true })
  const at = (id: string): string => {
    if (!/^[\w-]{1,128}$/.test(id)) throw new Error('a media id names a file')
    return join(folder, id)
  }
  return {
    put: (id, bytes) => {
      writeFileSync(at(id), bytes)
    },
    get: (id) => (existsSync(at(id)) ? readFileSync(at(id)) : null),
    remove: (id) => {
      rmSync(at(id), { force: true })
    },
  }
}
