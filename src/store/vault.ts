// The files of the media vault, stored by their sha256 in one directory per company. A file is
// written under a temporary name, forced to disk and then renamed, so every file in its place is
// complete. The row that names it is written after that.
import { createHash, randomUUID } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { probeDirectory } from './engine/probe-directory.ts'

export type FileDraft = {
  sha256: string
  size: number
  /** The first bytes of the file, by which its type is recognised. */
  head: Buffer
  /** Reads the whole uploaded file into memory, for example to convert it. */
  read: () => Promise<Uint8Array>
  keep: (companyId: string) => Promise<void>
  drop: () => Promise<void>
}

export type Piece = { companyId: string; part: string }

export type Vault = {
  /**
   * Writes a file as a draft, which must then be kept or dropped. Null if it has more than `most`
   * bytes.
   */
  receive: (
    source: AsyncIterable<Uint8Array>,
    limits: { most: number; head: number },
  ) => Promise<FileDraft | null>
  /** The path of a file; null if it does not exist. */
  pathOf: (companyId: string, sha256: string) => Promise<string | null>
  read: (companyId: string, sha256: string) => Promise<Uint8Array | null>
  /** Directories of files, each of which is one piece of a sweep. */
  pieces: () => AsyncIterable<Piece>
  /**
   * Deletes files of a piece that `named` does not know and that are older than the given time.
   * Returns their number.
   */
  sweep: (
    piece: Piece,
    how: { before: number; named: (sha256s: string[]) => Promise<Set<string>> },
  ) => Promise<number>
  /** Tests whether this process can write files to the vault; throws if it cannot. */
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
  // a rename is on disk only after its directory has been forced too
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
      // a file is not deleted directly, because the same file may be uploaded again at this moment:
      // it is first set aside, checked once more and put back if needed
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

/** Deletes drafts of processes that died while writing. */
async function sweep(drafts: string): Promise<void> {
  for (const name of await fs.readdir(drafts)) {
    const file = join(drafts, name)
    const stat = await fs.stat(file).catch(() => null)
    if (stat && Date.now() - stat.mtimeMs > leftAfterMs) await remove(file)
  }
}
