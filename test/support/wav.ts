// Writes WAV files like various programs do, and reads back what an MP3 contains.
export type Sound = {
  seconds?: number
  rate?: number
  channels?: number
  bits?: number
  float?: boolean
  extensible?: boolean
  /**
   * The frequency of the tone in each channel, by which the channels can be told apart in the MP3.
   */
  hertz?: number[]
  /** RIFF chunks to write before the sound, as some programs do. */
  before?: Buffer[]
}

export function chunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(body.length, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

export function riff(...chunks: Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]))
}

export function format({
  rate = 16_000,
  channels = 1,
  bits = 16,
  float = false,
  extensible = false,
}: Sound): Buffer {
  const body = Buffer.alloc(extensible ? 40 : 16)
  const kind = float ? 3 : 1
  body.writeUInt16LE(extensible ? 0xfffe : kind, 0)
  body.writeUInt16LE(channels, 2)
  body.writeUInt32LE(rate, 4)
  body.writeUInt32LE((rate * channels * bits) / 8, 8)
  body.writeUInt16LE((channels * bits) / 8, 12)
  body.writeUInt16LE(bits, 14)
  if (extensible) {
    body.writeUInt16LE(22, 16)
    body.writeUInt16LE(bits, 18)
    body.writeUInt16LE(kind, 24)
    Buffer.from('000000001000800000aa00389b71', 'hex').copy(body, 26)
  }
  return chunk('fmt ', body)
}

type Write = (body: Buffer, value: number, at: number) => void
const writers: Record<string, Write> = {
  '8': (body, value, at) => body.writeUInt8(Math.round(value * 127) + 128, at),
  '16': (body, value, at) => body.writeInt16LE(Math.round(value * 32_767), at),
  '24': (body, value, at) => body.writeIntLE(Math.round(value * 8_388_607), at, 3),
  '32': (body, value, at) => body.writeInt32LE(Math.round(value * 2_147_483_647), at),
  'float 32': (body, value, at) => body.writeFloatLE(value, at),
  'float 64': (body, value, at) => body.writeDoubleLE(value, at),
}

export function wavOf(sound: Sound = {}): Buffer {
  const usual = { seconds: 1, rate: 16_000, channels: 1, bits: 16, hertz: [440], before: [] }
  const { seconds, rate, channels, bits, hertz, before } = { ...usual, ...sound }
  const write = writers[`${sound.float ? 'float ' : ''}${bits}`]
  const body = Buffer.alloc((Math.round(seconds * rate) * channels * bits) / 8)
  for (let n = 0; n < body.length / (bits / 8); n += 1) {
    const time = Math.floor(n / channels) / rate
    const pitch = hertz[(n % channels) % hertz.length] ?? 440
    write?.(body, 0.5 * Math.sin(2 * Math.PI * pitch * time), (n * bits) / 8)
  }
  return riff(format(sound), ...before, chunk('data', body))
}

const kbits: Record<number, number[]> = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
}

function frameAt(bytes: Uint8Array, at: number) {
  const head = Buffer.from(bytes.subarray(at, at + 4)).readUInt32BE(0)
  if (head >>> 21 !== 0x7ff || ((head >>> 17) & 3) !== 1) throw new Error(`no frame at ${at}`)
  const version = ((head >>> 19) & 3) === 3 ? 1 : 2
  const rate = ([44_100, 48_000, 32_000][(head >>> 10) & 3] ?? 0) / version
  const kbit = kbits[version]?.[(head >>> 12) & 15] ?? 0
  const samples = 1152 / version
  return {
    rate,
    channels: ((head >>> 6) & 3) === 3 ? 1 : 2,
    seconds: samples / rate,
    size: Math.floor((samples * 125 * kbit) / rate) + ((head >>> 9) & 1),
  }
}

/** Reads an MP3 frame by frame. One with a gap or with anything after its end is invalid. */
export function readMp3(bytes: Uint8Array): { seconds: number; rate: number; channels: number } {
  const { rate, channels } = frameAt(bytes, 0)
  let seconds = 0
  for (let at = 0; at < bytes.length;) {
    const frame = frameAt(bytes, at)
    seconds += frame.seconds
    at += frame.size
  }
  return { seconds, rate, channels }
}
