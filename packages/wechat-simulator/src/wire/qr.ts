import { drawPng } from './png.ts'

// A QR code of version 4, level M: 33 by 33, two blocks of 32 bytes with 18 bytes of correction each, at most 62 bytes of text.
const size = 33
const blockBytes = 32
const checkBytes = 18
export const longestQr = 62

const powers: number[] = []
for (let value = 1; powers.length < 255; value = value & 128 ? (value << 1) ^ 0x11d : value << 1) {
  powers.push(value)
}
const power = (n: number): number => powers[n % 255] ?? 0
const multiply = (a: number, b: number): number =>
  a === 0 || b === 0 ? 0 : power(powers.indexOf(a) + powers.indexOf(b))

function generator(): number[] {
  let polynomial = [1]
  for (let n = 0; n < checkBytes; n++) {
    const next = [...polynomial, 0]
    polynomial.forEach((value, at) => {
      next[at + 1] = (next[at + 1] ?? 0) ^ multiply(value, power(n))
    })
    polynomial = next
  }
  return polynomial
}

function correction(block: number[]): number[] {
  const divisor = generator()
  const rest = [...block, ...Array<number>(checkBytes).fill(0)]
  block.forEach((_, at) => {
    const factor = rest[at] ?? 0
    divisor.forEach((value, n) => {
      rest[at + n] = (rest[at + n] ?? 0) ^ multiply(value, factor)
    })
  })
  return rest.slice(block.length)
}

/** Byte mode, length, text, end, padding; then both blocks woven into each other. */
function codewords(text: string): number[] {
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length > longestQr) throw new Error(`a QR code holds at most ${longestQr} bytes`)
  const nibbles = [
    4,
    bytes.length >> 4,
    bytes.length & 15,
    ...[...bytes].flatMap((byte) => [byte >> 4, byte & 15]),
    0,
  ]
  const data = Array.from(
    { length: nibbles.length / 2 },
    (_, n) => ((nibbles[n * 2] ?? 0) << 4) | (nibbles[n * 2 + 1] ?? 0),
  )
  for (let n = 0; data.length < 2 * blockBytes; n++) data.push(n % 2 === 0 ? 0xec : 0x11)
  const blocks = [data.slice(0, blockBytes), data.slice(blockBytes)]
  const weave = (lists: number[][]): number[] =>
    (lists[0] ?? []).flatMap((_, at) => lists.map((list) => list[at] ?? 0))
  return [...weave(blocks), ...weave(blocks.map(correction))]
}

type Grid = { dark: boolean[][]; fixed: boolean[][] }

function put(grid: Grid, [x, y]: [number, number], dark: boolean): void {
  const [row, fixed] = [grid.dark[y], grid.fixed[y]]
  if (row === undefined || fixed === undefined || x < 0 || x >= size) return
  row[x] = dark
  fixed[x] = true
}

function drawSquare(grid: Grid, [cx, cy]: [number, number], reach: number): void {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const ring = Math.max(Math.abs(dx), Math.abs(dy))
      put(grid, [cx + dx, cy + dy], reach === 4 ? ring !== 2 && ring !== 4 : ring !== 1)
    }
  }
}

// Level M with mask 0, with its own correction.
const format = 0x5412

function drawFormat(grid: Grid): void {
  for (let n = 0; n < 15; n++) {
    const dark = ((format >> n) & 1) === 1
    const along = n < 6 ? n : n < 8 ? n + 1 : size - 15 + n
    put(grid, [8, along], dark)
    put(grid, [n < 8 ? size - 1 - n : n === 8 ? 7 : 14 - n, 8], dark)
  }
  put(grid, [8, size - 8], true)
}

function drawFrame(grid: Grid): void {
  for (let n = 0; n < size; n++) {
    put(grid, [6, n], n % 2 === 0)
    put(grid, [n, 6], n % 2 === 0)
  }
  for (const at of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as [number, number][]) {
    drawSquare(grid, at, 4)
  }
  drawSquare(grid, [26, 26], 2)
  drawFormat(grid)
}

/** Upwards and downwards in columns of two, from the right, past everything that is fixed. */
function* freePlaces(grid: Grid): Generator<[x: number, y: number]> {
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5
    const upwards = ((right + 1) & 2) === 0
    for (let step = 0; step < 2 * size; step++) {
      const y = upwards ? size - 1 - (step >> 1) : step >> 1
      const x = right - (step & 1)
      if (grid.fixed[y]?.[x] === false) yield [x, y]
    }
  }
}

function drawData(grid: Grid, bits: boolean[]): void {
  let next = 0
  for (const [x, y] of freePlaces(grid)) {
    const row = grid.dark[y]
    if (row !== undefined) row[x] = (bits[next++] ?? false) !== ((x + y) % 2 === 0)
  }
}

export function drawQr(text: string): Buffer {
  const empty = (): boolean[][] =>
    Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const grid: Grid = { dark: empty(), fixed: empty() }
  drawFrame(grid)
  drawData(
    grid,
    codewords(text).flatMap((byte) =>
      [7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) === 1),
    ),
  )
  const quiet = 4
  return drawPng(size + 2 * quiet, 8, (x, y) => grid.dark[y - quiet]?.[x - quiet] === true)
}
