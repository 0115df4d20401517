// Normalises texts and keywords before they are compared, so that full-width and half-width
// letters, upper and lower case, spaces, the notations of emoticons and, if the company wants it,
// traditional and simplified characters make no difference. Common characters are looked up one by
// one in a table; everything else takes a slower path, which is the one that defines the result.
import { withNamedFaces } from './faces.ts'
import { traditionalAndSimplified } from './traditional.ts'

export type Folding = {
  /** Writes the normalised text into `units` and returns its length. */
  into: (text: string, units: Uint16Array) => number
  fold: (text: string) => string
  /**
   * The largest number of code units that the normalised text can have, so that the caller can
   * provide room for it.
   */
  roomFor: (text: string) => number
}

const space = 32
// two values in the table of characters that stand for no character: 0 means "leave this one out",
// 1 means "take the slow path"
const left = 0
const slow = 1

const isInvisible = (unit: number) =>
  unit === 0xad ||
  (unit >= 0x200b && unit <= 0x200d) ||
  unit === 0x2060 ||
  unit === 0xfeff ||
  (unit >= 0xfe00 && unit <= 0xfe0f)
const isSpace = (unit: number) =>
  unit === space ||
  (unit >= 9 && unit <= 13) ||
  unit === 0x85 ||
  unit === 0x1680 ||
  unit === 0x2028 ||
  unit === 0x2029
/**
 * Chinese and Japanese characters, and emoji, are written without spaces between them, so spaces
 * next to them do not matter. Korean ones lie in the same range and are treated alike.
 */
const needsNoSpace = (unit: number) => unit >= 0x2e80
const wantSpace = (before: number, after: number) => before < 0x2e80 && !needsNoSpace(after)
const dependsOnNeighbours = /[\p{M}\p{Cs}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u03a3\u0130]/u
const faceBegins = /[/[]/

function simplifiedUnits(): Map<number, number> {
  const units = new Map<number, number>()
  for (let at = 0; at < traditionalAndSimplified.length; at += 2) {
    units.set(traditionalAndSimplified.charCodeAt(at), traditionalAndSimplified.charCodeAt(at + 1))
  }
  return units
}

function unitOf(char: string, simplified: Map<number, number>): number {
  const unit = char.charCodeAt(0)
  if (isInvisible(unit)) return left
  const wide = char.normalize('NFKC')
  if (dependsOnNeighbours.test(char + wide) || faceBegins.test(char)) return slow
  const folded = wide.toLowerCase()
  const to = folded.charCodeAt(0)
  if (folded.length !== 1) return slow
  if (isSpace(to)) return space
  return staysAlone(folded, to) ? (simplified.get(to) ?? to) : slow
}

const staysAlone = (folded: string, unit: number) =>
  unit > slow &&
  !isInvisible(unit) &&
  !dependsOnNeighbours.test(folded) &&
  folded.toLowerCase() === folded

/** Whether two code units form a single emoji, which normalising leaves as it is. */
const isPlainEmoji = (high: number, low: number) =>
  (high === 0xd83d && low >= 0xdc00 && low <= 0xdfff) ||
  (high === 0xd83c && low >= 0xdf00 && low <= 0xdfff) ||
  (high === 0xd83e && low >= 0xdc00 && low < 0xdfe0)

function openFolding(simplified: Map<number, number>): Folding {
  const table = new Uint16Array(65_536)
  for (let unit = 0; unit < table.length; unit += 1) {
    table[unit] = unitOf(String.fromCharCode(unit), simplified)
  }

  /**
   * The last step of the slow path, for a text that is in its Unicode normal form already: removes
   * spaces that do not matter and replaces traditional characters.
   */
  const write = (text: string, units: Uint16Array) => {
    let n = 0
    let gap = false
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at)
      if (isInvisible(unit)) continue
      if (isSpace(unit)) {
        gap = n > 0
        continue
      }
      if (gap && wantSpace(units[n - 1] as number, unit)) units[n++] = space
      gap = false
      units[n++] = simplified.get(unit) ?? unit
    }
    return n
  }
  const slowly = (text: string, units: Uint16Array) =>
    write(withNamedFaces(text).normalize('NFKC').toLowerCase(), units)

  /**
   * The quick path: looks up one character after the other. Returns null at a character that the
   * table cannot decide: a neighbour may change it, or it becomes several characters.
   */
  const quickly = (text: string, units: Uint16Array): number | null => {
    let n = 0
    let gap = false
    for (let at = 0; at < text.length; at += 1) {
      const given = text.charCodeAt(at)
      const unit = table[given] as number
      if (unit === left) continue
      if (unit === space) {
        gap = n > 0
        continue
      }
      const width = unit === slow ? widthOf(text, at, given) : 1
      if (width === 0) return null
      const said = unit === slow ? given : unit
      if (gap && wantSpace(units[n - 1] as number, said)) units[n++] = space
      gap = false
      units[n++] = said
      if (width === 2) units[n++] = text.charCodeAt(++at)
    }
    return n
  }
  const into = (text: string, units: Uint16Array) => quickly(text, units) ?? slowly(text, units)
  // room for the longest possible result: in Unicode's normal form one character may become
  // eighteen
  const roomFor = (text: string) => text.length * 18 + 1
  return {
    into,
    roomFor,
    fold: (text) => {
      const units = new Uint16Array(roomFor(text))
      return asText(units, into(text, units))
    },
  }
}

const [slash, bracket, colon] = [47, 91, 58]

/**
 * How many code units can be copied unchanged at this position: two for an emoji; one for a slash
 * or bracket that begins no emoticon; otherwise none.
 */
function widthOf(text: string, at: number, unit: number): number {
  if (unit === slash) return Number(text.charCodeAt(at + 1) !== colon)
  if (unit === bracket) return Number(!/[a-z0-9]/i.test(text.charAt(at + 1)))
  return isPlainEmoji(unit, text.charCodeAt(at + 1)) ? 2 : 0
}

export function asText(units: Uint16Array, length: number, from = 0): string {
  let text = ''
  for (let at = from; at < length; at += 8192) {
    text += String.fromCharCode(...units.subarray(at, Math.min(at + 8192, length)))
  }
  return text
}

const kept: { alike?: Folding; apart?: Folding } = {}

/**
 * Each table for normalising texts is created only when it is first needed, because filling it
 * takes a moment.
 */
export const foldingOf = (traditionalIsSimplified: boolean): Folding =>
  traditionalIsSimplified
    ? (kept.alike ??= openFolding(simplifiedUnits()))
    : (kept.apart ??= openFolding(new Map()))
