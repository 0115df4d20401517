/** Recognises the type of a file by its bytes, whatever its name says. */
export type Sniffed = { kind: 'image' | 'voice' | 'video'; contentType: string; extension: string }

const starts: [
  magic: string,
  at: number,
  kind: Sniffed['kind'],
  contentType: string,
  extension: string,
][] = [
  ['ffd8ff', 0, 'image', 'image/jpeg', 'jpg'],
  ['89504e470d0a1a0a', 0, 'image', 'image/png', 'png'],
  ['47494638', 0, 'image', 'image/gif', 'gif'],
  ['424d', 0, 'image', 'image/bmp', 'bmp'],
  ['2321414d522d5742', 0, 'voice', 'audio/amr-wb', 'amr'],
  ['2321414d52', 0, 'voice', 'audio/amr', 'amr'],
  ['494433', 0, 'voice', 'audio/mpeg', 'mp3'],
  ['fffb', 0, 'voice', 'audio/mpeg', 'mp3'],
  ['fff3', 0, 'voice', 'audio/mpeg', 'mp3'],
  ['fff2', 0, 'voice', 'audio/mpeg', 'mp3'],
  ['66747970', 4, 'video', 'video/mp4', 'mp4'],
]

export function sniff(bytes: Buffer): Sniffed | null {
  const found = starts.find(
    ([magic, at]) => bytes.subarray(at, at + magic.length / 2).toString('hex') === magic,
  )
  return found === undefined ? null : { kind: found[2], contentType: found[3], extension: found[4] }
}

// The length in bytes of an AMR frame (20 ms of sound) by its type, for narrow band and wide band.
const narrow = [13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1]
const wide = [18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1]
// The bit rate of an MP3 frame in kbit/s by its index, for MPEG 1 and for MPEG 2 and 2.5.
const bitrates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0]
const lowBitrates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0]

function amrSeconds(bytes: Buffer, isWide: boolean): number {
  const sizes = isWide ? wide : narrow
  let frames = 0
  for (let at = isWide ? 9 : 6; at < bytes.length; frames++) {
    at += sizes[((bytes[at] ?? 0) >> 3) & 15] ?? 1
  }
  return frames * 0.02
}

function mp3Seconds(bytes: Buffer): number {
  for (let at = 0; at + 4 < Math.min(bytes.length, 262_144); at++) {
    if (bytes[at] !== 0xff || ((bytes[at + 1] ?? 0) & 0xe0) !== 0xe0) continue
    const isFirst = ((bytes[at + 1] ?? 0) & 0x18) === 0x18
    const kbit = (isFirst ? bitrates : lowBitrates)[(bytes[at + 2] ?? 0) >> 4] ?? 0
    if (kbit > 0) return ((bytes.length - at) * 8) / (kbit * 1000)
  }
  return 0
}

export function secondsOfVoice(bytes: Buffer): number {
  const found = sniff(bytes)
  if (found?.extension === 'mp3') return mp3Seconds(bytes)
  return found?.extension === 'amr' ? amrSeconds(bytes, found.contentType === 'audio/amr-wb') : 0
}
