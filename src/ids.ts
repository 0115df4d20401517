import { randomBytes } from 'node:crypto'

export type Ids = () => string

let lastMs = 0
let counter = 0
let pool = Buffer.alloc(0)
let used = 0

function random(bytes: number): string {
  if (used + bytes > pool.length) {
    pool = randomBytes(8192)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/**
 * Makes an id: a UUIDv7 without dashes, with 48 bits of time, 12 bits of a counter within the
 * millisecond and 62 random bits. Ids grow with time, but their order must not be relied upon.
 */
export const newId: Ids = () => {
  const now = Date.now()
  counter = now > lastMs ? 0 : counter + 1
  if (now > lastMs) lastMs = now
  if (counter > 0xfff) {
    lastMs += 1
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  const tail = random(8)
  const variant = (8 + (Number.parseInt(tail[0] ?? '0', 16) & 3)).toString(16)
  return `${time}7${counter.toString(16).padStart(3, '0')}${variant}${tail.slice(1)}`
}

/** A secret token to be given to a person: 256 random bits. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}
