// Reads the single file of a form as a stream, so that it is never held in memory. The type that
// the form claims for the file is not believed.
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { Busboy, type BusboyInstance } from '@fastify/busboy'
import { AppError } from '../../errors.ts'

const limits = { headerSize: 8 * 1024 }

/**
 * The file of a form. `done` skips the rest of the form, so that a client whose upload is refused
 * half-way can still read the reason.
 */
export type FilePart = { name: string; bytes: AsyncIterable<Uint8Array> }
export type Form = { file: (field: string) => Promise<FilePart>; done: () => Promise<void> }

const unreadable = () =>
  new AppError('invalid_input', 'The form cannot be read.', { field: 'body' })

export function openForm(request: IncomingMessage): Form {
  const parser = openParser(request.headers['content-type'] ?? '')
  return {
    file: (field) => findFile(request, parser, field),
    done: async () => {
      request.unpipe(parser).resume()
      parser.destroy()
    },
  }
}

function openParser(type: string): BusboyInstance {
  try {
    // the type is checked here because the parser would accept other kinds of forms, too
    if (/^multipart\/form-data\s*;/i.test(type)) {
      // every field of the form is read as a stream, even one that is no file: otherwise such
      // fields would be collected in memory
      return new Busboy({ headers: { 'content-type': type }, limits, isPartAFile: () => true })
    }
  } catch {
    // the parser throws if the type names no boundary; that is ignored here, because such a call is
    // refused right after this
  }
  throw new AppError(
    'wrong_type',
    'Send a form: Content-Type: multipart/form-data, with the file in the part `file`.',
  )
}

function findFile(
  request: IncomingMessage,
  parser: BusboyInstance,
  field: string,
): Promise<FilePart> {
  return new Promise((resolve, reject) => {
    let file: Readable | null = null
    const fail = () => {
      file?.destroy(unreadable())
      reject(unreadable())
    }
    parser.on('file', (name, part, fileName: string | undefined) => {
      // when a form ends in the middle of a part, the parser emits an error on the part but does
      // not end it: without a listener that error ends the process, and without an end the reader
      // waits for ever
      part.on('error', (error) => part.destroy(error))
      if (file !== null || name !== field) {
        part.resume()
        return
      }
      file = part
      resolve({ name: fileName ?? '', bytes: bytesOf(part) })
    })
    parser.on('error', fail)
    parser.once('finish', () => {
      reject(new AppError('invalid_input', `The form has no file in the part ${field}.`, { field }))
    })
    // if the client goes away, `pipe` does not tell the parser, which would wait for ever; so
    // reading fails here
    request.once('close', () => {
      if (!request.complete) fail()
    })
    request.pipe(parser)
  })
}

async function* bytesOf(part: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* part as AsyncIterable<Uint8Array>
  } catch {
    throw unreadable()
  }
}
