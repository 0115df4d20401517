// Recognises the type of a file by its first bytes. Neither its name nor the type that the sender
// declares is trusted.
export type FileKind = 'image' | 'voice' | 'video' | 'file'
export type RecognisedType = { mime: string; kind: FileKind }

const mb = 1024 * 1024
/** WeChat's size limits. That of an ordinary file is ours, because it is not sent as a message. */
export const mostBytes: Record<FileKind, number> = {
  image: 10 * mb,
  voice: 2 * mb,
  video: 10 * mb,
  file: 20 * mb,
}
export const mostOfAny = Math.max(...Object.values(mostBytes))
export const mostVoiceSeconds = 60
/**
 * The type of a WAV recording. People may upload one, but WeChat does not accept it, so it is
 * stored as MP3.
 */
export const wav = 'audio/wav'
/** The file types that WeChat accepts for sending. */
export const takenByPlatform: Record<'image' | 'voice' | 'video' | 'thumb', string[]> = {
  image: ['image/jpeg', 'image/png', 'image/gif'],
  voice: ['audio/amr', 'audio/mpeg'],
  video: ['video/mp4'],
  thumb: ['image/jpeg'],
}
/** How many bytes from the beginning of a file are examined to recognise its type. */
export const headBytes = 64 * 1024
const mostPixels = 100_000_000

type FileSign = (head: Uint8Array) => boolean
const ascii = (head: Uint8Array, from: number, to: number) =>
  String.fromCharCode(...head.subarray(from, to))
const begins =
  (text: string): FileSign =>
  (head) =>
    ascii(head, 0, text.length) === text
const bytes =
  (...some: number[]): FileSign =>
  (head) =>
    some.every((byte, at) => head[at] === byte)
const riff =
  (kind: string): FileSign =>
  (head) =>
    begins('RIFF')(head) && ascii(head, 8, 12) === kind
const brands =
  (pattern: RegExp): FileSign =>
  (head) =>
    ascii(head, 4, 8) === 'ftyp' && pattern.test(ascii(head, 8, 12))
const mp3Frame: FileSign = (head) => head[0] === 0xff && ((head[1] ?? 0) & 0xe6) === 0xe2

const looks: [FileSign, RecognisedType][] = [
  [bytes(0xff, 0xd8, 0xff), { mime: 'image/jpeg', kind: 'image' }],
  [bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), { mime: 'image/png', kind: 'image' }],
  [begins('GIF87a'), { mime: 'image/gif', kind: 'image' }],
  [begins('GIF89a'), { mime: 'image/gif', kind: 'image' }],
  [riff('WAVE'), { mime: wav, kind: 'voice' }],
  [riff('WEBP'), { mime: 'image/webp', kind: 'image' }],
  [
    (head) =>
      begins('BM')(head) && head[6] === 0 && head[7] === 0 && head[8] === 0 && head[9] === 0,
    { mime: 'image/bmp', kind: 'image' },
  ],
  [begins('#!AMR-WB\n'), { mime: 'audio/amr-wb', kind: 'voice' }],
  [begins('#!AMR\n'), { mime: 'audio/amr', kind: 'voice' }],
  [begins('ID3'), { mime: 'audio/mpeg', kind: 'voice' }],
  [mp3Frame, { mime: 'audio/mpeg', kind: 'voice' }],
  [brands(/^M4A /), { mime: 'audio/mp4', kind: 'voice' }],
  [
    brands(/^(isom|iso[2-9]|mp4[12]|avc1|MSNV|3gp|M4V |qt {2}|dash)/),
    { mime: 'video/mp4', kind: 'video' },
  ],
  [begins('OggS'), { mime: 'audio/ogg', kind: 'voice' }],
  [begins('%PDF-'), { mime: 'application/pdf', kind: 'file' }],
  [bytes(0x50, 0x4b, 3, 4), { mime: 'application/zip', kind: 'file' }],
  [
    bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1),
    { mime: 'application/x-ole-storage', kind: 'file' },
  ],
]

export const sniff = (head: Uint8Array): RecognisedType | null =>
  looks.find(([look]) => look(head))?.[1] ?? null

/**
 * Whether a file is only text, such as an error message (JSON, HTML or plain text) that came in
 * place of a picture. Such a file is never accepted as a medium.
 */
export function isWords(head: Uint8Array): boolean {
  const some = head.subarray(0, 512)
  return some.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 13)
}

export type MediaVerdict = RecognisedType | 'wrong_type' | 'too_large'

/**
 * Checks type and size of a file. With `strict`, a file of unknown type is refused. Files from
 * followers are not checked strictly: they are kept in any case, but never displayed if their type
 * is unknown.
 */
export function judgeFile(file: { head: Uint8Array; size: number }, strict: boolean): MediaVerdict {
  const known = sniff(file.head)
  if (!known) {
    return strict || isWords(file.head)
      ? 'wrong_type'
      : within({ mime: 'application/octet-stream', kind: 'file' }, file.size)
  }
  if (known.kind === 'image' && pixelsOf(known.mime, file.head) > mostPixels) return 'too_large'
  return within(known, file.size)
}

/** WAV files get a higher limit, because the MP3 made from them is many times smaller. */
const within = (media: RecognisedType, size: number): MediaVerdict =>
  size > (media.mime === wav ? mostOfAny : mostBytes[media.kind]) ? 'too_large' : media

const view = (head: Uint8Array) => new DataView(head.buffer, head.byteOffset, head.byteLength)

/**
 * The number of pixels that a picture declares to have; 0 if the file does not state it. It is read
 * because even a tiny file can declare a picture so large that drawing it takes gigabytes.
 */
function pixelsOf(mime: string, head: Uint8Array): number {
  if (head.length < 32) return 0
  if (mime === 'image/png') return view(head).getUint32(16) * view(head).getUint32(20)
  if (mime === 'image/gif') return view(head).getUint16(6, true) * view(head).getUint16(8, true)
  if (mime === 'image/bmp') {
    return Math.abs(view(head).getInt32(18, true)) * Math.abs(view(head).getInt32(22, true))
  }
  return mime === 'image/jpeg' ? jpegPixels(head) : 0
}

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)

function jpegPixels(head: Uint8Array): number {
  const data = view(head)
  for (let at = 2; at + 9 < head.length && head[at] === 0xff; at += 2 + data.getUint16(at + 2)) {
    if (isFrame(head[at + 1] ?? 0)) return data.getUint16(at + 5) * data.getUint16(at + 7)
  }
  return 0
}
