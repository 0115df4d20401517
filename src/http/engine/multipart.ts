// Reads the single file of a form as a stream, so that it is never held in memory. What the form
// claims about the file is not believed.
import type { IncomingMessage } from 'node:http'
import { AppError } from '../../errors.ts'

const mostHeader = 8 * 1024

/**
 * `done` skips the rest of the form, so that a client whose upload is refused half-way can still
 * read the reason.
 */
export type FilePart = { name: string; bytes: AsyncIterable<Uint8Array> }
export type Form = { file: (field: string) => Promise<FilePart>; done: () => Promise<void> }

const unreadable = () =>
  new AppError('invalid_input', 'The form cannot be read.', { field: 'body' })

export function openForm(request: IncomingMessage): Form {
  const [, quoted, bare] =
    /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(
      request.headers['content-type'] ?? '',
    ) ?? []
  const boundary = quoted ?? bare
  if (boundary === undefined) {
    throw new AppError(
      'wrong_type',
      'Send a form: Content-Type: multipart/form-data, with the file in the part `file`.',
    )
  }
  const chunks = request.iterator({ destroyOnReturn: false })
  const reader = openReader(chunks, Buffer.from(`\r\n--${boundary}`))
  return {
    file: (field) => findFile(reader, field),
    done: async () => {
      await chunks.return?.()
      request.resume()
    },
  }
}

async function findFile(reader: Reader, field: string): Promise<FilePart> {
  await drain(reader.part())
  for (;;) {
    const after = await reader.take(2)
    if (after.toString() !== '\r\n') {
      throw new AppError('invalid_input', `The form has no file in the part ${field}.`, { field })
    }
    const head = (await reader.until('\r\n\r\n', mostHeader)).toString('utf8')
    if (headerOf(head, 'name') === field) {
      return { name: headerOf(head, 'filename') ?? '', bytes: reader.part() }
    }
    await drain(reader.part())
  }
}

const headerOf = (head: string, name: string) =>
  new RegExp(`^content-disposition:.*[;\\s]${name}="([^"\\r\\n]{0,500})"`, 'im').exec(head)?.[1]

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<void> {
  const parts = bytes[Symbol.asyncIterator]()
  while (!(await parts.next()).done);
}

type Reader = ReturnType<typeof openReader>

function openReader(chunks: AsyncIterator<Buffer>, delimiter: Buffer) {
  // with a line break in front, the first delimiter looks like all others
  let held: Buffer = Buffer.from('\r\n')
  const more = async (): Promise<void> => {
    const next = await chunks.next()
    if (next.done) throw unreadable()
    held = Buffer.concat([held, next.value])
  }
  const take = async (size: number): Promise<Buffer> => {
    while (held.length < size) await more()
    const taken = held.subarray(0, size)
    held = held.subarray(size)
    return taken
  }
  return {
    take,
    until: async (mark: string, most: number): Promise<Buffer> => {
      let at = held.indexOf(mark)
      while (at < 0) {
        if (held.length > most) throw unreadable()
        await more()
        at = held.indexOf(mark)
      }
      const taken = await take(at)
      await take(mark.length)
      return taken
    },
    /** Yields the bytes up to the next delimiter. */
    part: async function* part(): AsyncGenerator<Uint8Array> {
      for (;;) {
        const at = held.indexOf(delimiter)
        if (at >= 0) {
          if (at > 0) yield await take(at)
          await take(delimiter.length)
          return
        }
        // the last bytes are kept back, because they may be the beginning of the delimiter
        const sure = held.length - delimiter.length + 1
        if (sure > 0) yield await take(sure)
        await more()
      }
    },
  }
}
