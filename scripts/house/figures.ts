// Computes the figures about a source tree. Sources are only read as text and never run.
import { declaredTwice, type Doubled } from './doubled.ts'
import { fileCycles, folderCycles, importsOf, type FolderCycle } from './imports.ts'
import { exportsOf, functionLengths, topNames } from './shape.ts'
import { readSources, type Source } from './sources.ts'
import { codeLines, longLines, widest, widthOf, type Long } from './widths.ts'

export type RoomFigures = {
  files: number
  code: number
  /** Lines of code per file: median, p90, maximum. */
  lines: number[]
  /** Columns per line of code: median, p90, p99. */
  width: number[]
  /**
   * Lines over a hundred columns, in percent of all lines of code: first only those that could be
   * broken, then all, including lines that are long because of a text.
   */
  over: number[]
  /** Lines of code per function: median, p90, maximum. */
  functions: number[]
  /** Comment lines in percent of all lines that are not blank. */
  comments: number
  /** The average number of exports per file. */
  exports: number
}
export type Figures = {
  rooms: Record<string, RoomFigures>
  fileCycles: string[][]
  folderCycles: FolderCycle[]
  /** Names declared at the top of several files of the product, most frequent first. */
  doubled: Doubled[]
  /**
   * Lines over a hundred columns that could be broken, because no text makes them long; longest
   * first.
   */
  long: Long[]
}

const product = /^(entities|rules|src|packages\/wechat-api-ts)\//

export function figuresOf(root: string): Figures {
  const sources = readSources(root)
  if (sources.length === 0) throw new Error(`There are no sources in ${root}.`)
  const imports = importsOf(sources)
  const counted = sources.map(countIn)
  const names = [...new Set(sources.map(({ room }) => room))]
  const rooms = names.map((name) => [name, roomOf(counted.filter(({ room }) => room === name))])
  return {
    rooms: { ...(Object.fromEntries(rooms) as Figures['rooms']), total: roomOf(counted) },
    fileCycles: fileCycles(imports),
    folderCycles: folderCycles(imports),
    doubled: declaredTwice(
      sources.filter(({ file }) => product.test(file)),
      topNames,
    ),
    long: counted.flatMap(({ long }) => long).sort((a, b) => b.width - a.width),
  }
}

const countIn = (source: Source) => ({
  room: source.room,
  widths: codeLines(source).map(({ text }) => widthOf(text)),
  comments: source.lines.filter(({ is }) => is === 'comment').length,
  long: longLines(source),
  functions: functionLengths(source),
  exports: exportsOf(source),
})

function roomOf(files: ReturnType<typeof countIn>[]): RoomFigures {
  const widths = files.flatMap((file) => file.widths)
  const sum = (many: number[]) => many.reduce((all, one) => all + one, 0)
  const comments = sum(files.map((file) => file.comments))
  const long = sum(files.map((file) => file.long.length))
  const over = widths.filter((width) => width > widest).length
  return {
    files: files.length,
    code: widths.length,
    lines: ranks(
      files.map((file) => file.widths.length),
      [50, 90, 100],
    ),
    width: ranks(widths, [50, 90, 99]),
    over: [percent(long, widths.length), percent(over, widths.length)],
    functions: ranks(
      files.flatMap((file) => file.functions),
      [50, 90, 100],
    ),
    comments: percent(comments, widths.length + comments),
    exports: round(sum(files.map((file) => file.exports)) / files.length),
  }
}

/**
 * Finds percentiles: for each percentage the smallest value that this share of all values does not
 * exceed.
 */
function ranks(values: number[], shares: number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return shares.map((share) => sorted[Math.ceil((share / 100) * sorted.length) - 1] ?? 0)
}

const round = (value: number) => Math.round(value * 100) / 100
const percent = (part: number, whole: number) => (whole === 0 ? 0 : round((part / whole) * 100))
