// Reads a WAV file and its samples. The header was written by somebody unknown, so it is only
// believed as far as the bytes confirm it.
export type Wav = {
  channels: number
  rate: number
  /** How many bits each sample of one channel has. */
  bits: number
  isFloat: boolean
  /** The position where the sound data begin, and the number of samples per channel. */
  at: number
  samples: number
}

export type WavFault =
  /** It is no WAV, or a required chunk is missing, comes too late or contradicts itself. */
  | 'broken'
  /** The WAV file cannot be used: its header announces more data than the file has. */
  | 'cut_off'
  /**
   * The WAV file cannot be used: its sound is compressed, or in a format that is not used for
   * recording voices.
   */
  | 'not_pcm'
  | 'silent'

const mostChannels = 8
const slowest = 1000
const fastest = 384_000
const pcm = 1
const float = 3
const extensible = 0xfffe
/** The fixed bytes that follow the format number in an extensible WAV header. */
const guid = '000000001000800000aa00389b71'
const bitsOf: Record<number, number[]> = { [pcm]: [8, 16, 24, 32], [float]: [32, 64] }
/**
 * Sizes in a WAV header that mean "unknown": some recorders write them because they do not know the
 * length in advance. Then the sound lasts until the end of the file.
 */
const unknownSizes = [0, 0xffffffff]

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const nameAt = (bytes: Uint8Array, at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))

type Chunk = { name: string; at: number; size: number }

function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  const data = view(bytes)
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = data.getUint32(at + 4, true)
    yield { name: nameAt(bytes, at), at: at + 8, size }
    at += 8 + size + (size % 2)
  }
}

export function readWav(bytes: Uint8Array): Wav | WavFault {
  if (nameAt(bytes, 0) !== 'RIFF' || nameAt(bytes, 8) !== 'WAVE') return 'broken'
  let format: Format | null = null
  for (const chunk of chunksOf(bytes)) {
    if (chunk.name === 'fmt ') {
      const read = formatOf(bytes, chunk)
      if (typeof read === 'string') return read
      format = read
    }
    if (chunk.name === 'data') return format === null ? 'broken' : soundOf(bytes, chunk, format)
  }
  return 'broken'
}

type Format = Pick<Wav, 'channels' | 'rate' | 'bits' | 'isFloat'>

function formatOf(bytes: Uint8Array, { at, size }: Chunk): Format | WavFault {
  if (size < 16 || at + size > bytes.length) return 'broken'
  const data = view(bytes)
  const kind = kindOf(bytes, { at, size })
  const channels = data.getUint16(at + 2, true)
  const rate = data.getUint32(at + 4, true)
  const bits = data.getUint16(at + 14, true)
  if (kind === null || !isRead(kind, { channels, rate, bits })) return 'not_pcm'
  if (channels === 0 || data.getUint16(at + 12, true) !== (channels * bits) / 8) return 'broken'
  return { channels, rate, bits, isFloat: kind === float }
}

const isRead = (kind: number, { channels, rate, bits }: Omit<Format, 'isFloat'>) =>
  (bitsOf[kind] ?? []).includes(bits) &&
  channels <= mostChannels &&
  rate >= slowest &&
  rate <= fastest

function kindOf(bytes: Uint8Array, { at, size }: Pick<Chunk, 'at' | 'size'>): number | null {
  const kind = view(bytes).getUint16(at, true)
  if (kind !== extensible) return kind
  const isKnown = size >= 40 && hexOf(bytes.subarray(at + 26, at + 40)) === guid
  return isKnown ? view(bytes).getUint16(at + 24, true) : null
}

const hexOf = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

function soundOf(bytes: Uint8Array, { at, size }: Chunk, format: Format): Wav | WavFault {
  const there = bytes.length - at
  if (size > there && !unknownSizes.includes(size)) return 'cut_off'
  const sound = unknownSizes.includes(size) ? there : size
  const samples = Math.floor(sound / ((format.channels * format.bits) / 8))
  return samples === 0 ? 'silent' : { ...format, at, samples }
}

export const secondsOf = ({ samples, rate }: Pick<Wav, 'samples' | 'rate'>): number =>
  samples / rate

type ReadSample = (data: DataView, at: number) => number
const readers: Record<string, ReadSample> = {
  '8': (data, at) => (data.getUint8(at) - 128) / 128,
  '16': (data, at) => data.getInt16(at, true) / 32_768,
  '24': (data, at) => (data.getUint16(at, true) | (data.getInt8(at + 2) << 16)) / 8_388_608,
  '32': (data, at) => data.getInt32(at, true) / 2_147_483_648,
  'float 32': (data, at) => data.getFloat32(at, true),
  'float 64': (data, at) => data.getFloat64(at, true),
}
/** Replaces values that are not numbers by silence, because the encoder cannot handle them. */
const audible = (value: number) => (Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0)

/**
 * Reads some samples as numbers between -1 and 1: one list for mono, two for stereo. More than two
 * channels are mixed into one.
 */
export function soundIn(
  bytes: Uint8Array,
  wav: Wav,
  { from, count }: { from: number; count: number },
): Float32Array[] {
  const data = view(bytes)
  const width = wav.bits / 8
  const read = readers[`${wav.isFloat ? 'float ' : ''}${wav.bits}`] ?? (() => 0)
  const channels = Array.from(
    { length: wav.channels },
    () => new Float32Array(Math.min(count, wav.samples - from)),
  )
  let at = wav.at + from * wav.channels * width
  for (let sample = 0; sample < (channels[0]?.length ?? 0); sample += 1) {
    for (const channel of channels) {
      channel[sample] = audible(read(data, at))
      at += width
    }
  }
  return wav.channels <= 2 ? channels : [mixed(channels)]
}

const mixed = (channels: Float32Array[]): Float32Array =>
  (channels[0] ?? new Float32Array()).map(
    (_, sample) =>
      channels.reduce((sum, channel) => sum + (channel[sample] ?? 0), 0) / channels.length,
  )

const rates = [48_000, 44_100, 32_000, 24_000, 22_050, 16_000] as const

/**
 * Chooses the sample rate and bit rate of the MP3. The sample rate is the highest that all players
 * know and that is not above the recording's, since more only makes the file larger; it is at least
 * 16 kHz.
 */
export function mp3Of({ channels, rate }: Pick<Wav, 'channels' | 'rate'>) {
  const outputSampleRate = rates.find((one) => one <= rate) ?? 16_000
  return channels === 2
    ? ({ channels: 2, outputSampleRate, bitrate: 128 } as const)
    : ({ channels: 1, outputSampleRate, bitrate: 64 } as const)
}
