// Converts WAV, which WeChat does not accept, into MP3, which it does. A process converts one file
// at a time and lets only a few wait.
import { Worker } from 'node:worker_threads'
import { mostVoiceSeconds } from '../../../rules/reply/media.ts'
import type { WavFault } from '../../../rules/reply/wav.ts'
import { AppError } from '../../errors.ts'
import type { VoiceEncoder } from '../../ports.ts'

export type Encoded =
  | { mp3: Uint8Array }
  | { fault: WavFault; seconds?: undefined }
  | { fault: 'too_long'; seconds: number }

const mostInLine = 16
/**
 * A conversion that takes longer than this is given up: encoding a minute of sound takes only about
 * a second, unless the machine is overloaded.
 */
const takesAtMostMs = 20_000

const remedy = 'Save it again as WAV (PCM, 16 bit) or as MP3.'
const refusals: Record<WavFault, string> = {
  broken: `This WAV is damaged: its header cannot be read. ${remedy}`,
  cut_off: 'This WAV is cut off: it says that it holds more sound than there is. Upload it again.',
  not_pcm: `The sound of this WAV is compressed, or of a kind that is not read. ${remedy}`,
  silent: 'There is no sound in this WAV: record it again.',
}

function refusal(encoded: Exclude<Encoded, { mp3: Uint8Array }>): AppError {
  if (encoded.fault !== 'too_long') {
    return new AppError('invalid_input', refusals[encoded.fault], { field: 'file' })
  }
  const seconds = Math.ceil(encoded.seconds)
  return new AppError(
    'too_large',
    `Too long: voices have at most ${mostVoiceSeconds} s, and this one has ${seconds} s. Cut it.`,
  )
}

const busy = () =>
  new AppError('overloaded', 'Too many voices are being turned into MP3: try again in a moment.', {
    retryAfter: 5,
  })
const late = () =>
  new AppError('overloaded', 'Turning this voice into MP3 takes too long: try again in a moment.', {
    retryAfter: 5,
  })
const cannot = () =>
  new AppError('invalid_input', `This WAV cannot be turned into MP3. ${remedy}`, { field: 'file' })

export function openVoiceEncoder(givenUpAfterMs = takesAtMostMs): VoiceEncoder {
  let worker: Worker | null = null
  let last: Promise<unknown> = Promise.resolve()
  let inLine = 0
  let closed = false

  const encodeOne = (bytes: Uint8Array): Promise<Encoded> =>
    new Promise((resolve, reject) => {
      // the bytes are given away to the thread, so they are copied first if they are only a part of
      // a larger piece of memory, as those of a small file may be
      const own = bytes.length === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
      // `.js` and not `.ts`: a worker thread is started by the path of the compiled file and not by
      // an import
      const started = new Worker(new URL('./wav-thread.js', import.meta.url), {
        workerData: own,
        transferList: [own.buffer as ArrayBuffer],
        resourceLimits: { maxOldGenerationSizeMb: 128 },
      })
      worker = started
      const end = (why: AppError) => {
        reject(why)
        started.terminate().catch(() => undefined)
      }
      const timer = setTimeout(() => {
        end(late())
      }, givenUpAfterMs)
      started.once('message', resolve)
      started.once('error', () => {
        end(cannot())
      })
      started.once('exit', () => {
        clearTimeout(timer)
        reject(cannot())
      })
    })

  const encode = async (read: () => Promise<Uint8Array>): Promise<Uint8Array> => {
    if (closed) throw busy()
    const encoded = await encodeOne(await read())
    if ('mp3' in encoded) return encoded.mp3
    throw refusal(encoded)
  }

  return {
    mp3: async (read) => {
      if (inLine >= mostInLine) throw busy()
      inLine += 1
      const mine = last.then(() => encode(read))
      last = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        inLine -= 1
      }
    },
    close: async () => {
      closed = true
      await worker?.terminate()
      await last
    },
  }
}
