// Files of the media vault, by their sha256, a directory for each company. A file is written under a name of its own, forced to the
// disk and only then given its place: what is there is whole. A row that names it is written after.
import { createHash, randomUUID } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { probeDirectory } from './engine/probe-directory.ts'

export type Draft = {
  sha256: string
  size: number
  /** How it begins. */
  head: Buffer
  /** All of it, in memory. */
  read: () => Promise<Uint8Array>
  keep: (companyId: string) => Promise<void>
  drop: () => Promise<void>
}

export type Piece = { companyId: string; part: string }

export type Vault = {
  /** Null when there is more than `most` bytes. */
  receive: (
    source: AsyncIterable<Uint8Array>,
    limits: { most: number; head: number },
  ) => Promise<Draft | null>
  /** Where a file lies; null when it is not there. */
  pathOf: (companyId: string, sha256: string) => Promise<string | null>
  read: (companyId: string, sha256: string) => Promise<Uint8Array | null>
  /** Directories of files: one piece of a sweep each. */
  pieces: () => AsyncIterable<Piece>
  /** Removes the files of a piece that `named` does not know and that have been there since before; answers how many. */
  sweep: (
    piece: Piece,
    how: { before: number; named: (sha256s: string[]) => Promise<Set<string>> },
  ) => Promise<number>
  /** Whether what one process writes can be written here at all. */
  probe: () => Promise<void>
}

const leftAfterMs = 24 * 3600_000
const isHex = (text: string) => /^[0-9a-f]{32,64}$/.test(text)

export async function openVault(directory: string): Promise<Vault> {
  const drafts = join(directory, 'drafts')
  await fs.mkdir(drafts, { recursive: true, mode: 0o700 })
  await sweep(drafts)
  const placeOf = (companyId: string, sha256: string) => {
    if (!isHex(companyId) || !isHex(sha256)) throw new Error('a file of the vault has another name')
    return join(directory, companyId, sha256.slice(0, 2), sha256)
  }
  return {
    receive: async (source, limits) => {
      const draft = join(drafts, randomUUID())
      try {
        const written = await write(draft, source, limits)
        if (!written) await remove(draft)
        return (
          written && {
            ...written,
            read: () => fs.readFile(draft),
            keep: async (companyId) => {
              try {
                await keep(draft, placeOf(companyId, written.sha256))
              } catch (error) {
                await remove(draft)
                throw error
              }
            },
            drop: () => remove(draft),
          }
        )
      } catch (error) {
        await remove(draft)
        throw error
      }
    },
    pathOf: async (companyId, sha256) => {
      const place = placeOf(companyId, sha256)
      return (await fs.stat(place).then(
        (stat) => stat.isFile(),
        () => false,
      ))
        ? place
        : null
    },
    read: (companyId, sha256) => fs.readFile(placeOf(companyId, sha256)).catch(() => null),
    pieces: () => piecesOf(directory),
    sweep: (piece, how) =>
      sweepPiece({ drafts, from: join(directory, piece.companyId, piece.part) }, how),
    probe: async () => {
      await probeDirectory(drafts)
    },
  }
}

async function write(
  draft: string,
  source: AsyncIterable<Uint8Array>,
  limits: { most: number; head: number },
) {
  const hash = createHash('sha256')
  const begin: Uint8Array[] = []
  let size = 0
  const file = await fs.open(draft, 'wx', 0o600)
  try {
    for await (const chunk of source) {
      if (size < limits.head) begin.push(chunk)
      size += chunk.length
      if (size > limits.most) return null
      hash.update(chunk)
      await file.writeFile(chunk)
    }
    await file.sync()
  } finally {
    await file.close()
  }
  return { sha256: hash.digest('hex'), size, head: Buffer.concat(begin).subarray(0, limits.head) }
}

async function keep(draft: string, place: string): Promise<void> {
  await fs.mkdir(dirname(place), { recursive: true, mode: 0o700 })
  await fs.rename(draft, place)
  // the name is on the disk only when its directory is
  for (const directory of [dirname(place), dirname(dirname(place))]) {
    const handle = await fs.open(directory, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
}

const namesIn = (directory: string) => fs.readdir(directory).catch(() => [] as string[])

async function* piecesOf(directory: string): AsyncGenerator<Piece> {
  for (const companyId of (await namesIn(directory)).filter(isHex)) {
    for (const part of await namesIn(join(directory, companyId))) {
      if (/^[0-9a-f]{2}$/.test(part)) yield { companyId, part }
    }
  }
}

const namedAtOnce = 500

async function sweepPiece(
  { drafts, from }: { drafts: string; from: string },
  { before, named }: Parameters<Vault['sweep']>[1],
): Promise<number> {
  const names = (await namesIn(from)).filter(isHex)
  const isOld = (file: string) =>
    fs.stat(file).then(
      ({ mtimeMs }) => mtimeMs < before,
      () => false,
    )
  let removed = 0
  for (let at = 0; at < names.length; at += namedAtOnce) {
    const some = names.slice(at, at + namedAtOnce)
    const known = await named(some)
    for (const name of some.filter((one) => !known.has(one))) {
      const [file, aside] = [join(from, name), join(drafts, randomUUID())]
      if (!(await isOld(file))) continue
      // the same file may come again this moment: what is set aside is looked at once more, and put back
      await fs.rename(file, aside)
      if ((await isOld(aside)) && !(await named([name])).has(name)) {
        await remove(aside)
        removed += 1
      } else await fs.rename(aside, file)
    }
  }
  return removed
}

const remove = (file: string) => fs.rm(file, { force: true })

/** Of processes that died while they wrote. */
async function sweep(drafts: string): Promise<void> {
  for (const name of await fs.readdir(drafts)) {
    const file = join(drafts, name)
    const stat = await fs.stat(file).catch(() => null)
    if (stat && Date.now() - stat.mtimeMs > leftAfterMs) await remove(file)
  }
}
