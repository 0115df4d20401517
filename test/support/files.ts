// Small files, one of each type, that kefu and the simulator take for files of this type.
const from = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))

export const png = from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
)
export const gif = from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7')
/** 1 s of silence in the form WeChat records: 50 frames of 4.75 kbit/s. */
export const amr = new Uint8Array(
  Buffer.concat([
    Buffer.from('#!AMR\n'),
    ...Array.from({ length: 50 }, () => Buffer.from([0x04, ...Array<number>(12).fill(0)])),
  ]),
)
export const mp4 = new Uint8Array(
  Buffer.concat([
    Buffer.from([0, 0, 0, 24]),
    Buffer.from('ftypisom'),
    Buffer.from([0, 0, 2, 0]),
    Buffer.from('isommp41'),
    Buffer.alloc(64, 1),
  ]),
)
export const pdf = new Uint8Array(Buffer.from('%PDF-1.4\n%%EOF\n'))
