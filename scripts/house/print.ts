// Prints figures about one tree, or about a tree before and after a change.
import type { Figures, RoomFigures } from './figures.ts'
import type { FolderCycle, FolderImports } from './imports.ts'
import type { Walks } from './walks.ts'

/**
 * All figures about a source tree. `walks` (the files that a call runs through) is null for another
 * checkout, because nothing of it is run.
 */
export type Report = Figures & { walks: Walks | null }
export type BeforeAndAfter = { before: Report | null; after: Report }
type List = { title: string; of: (report: Report) => string[] | null; most?: number }

const columns: Record<string, (room: RoomFigures) => string> = {
  files: ({ files }) => String(files),
  code: ({ code }) => String(code),
  'code a file': ({ lines }) => lines.join('/'),
  width: ({ width }) => width.join('/'),
  'over 100 %': ({ over }) => over.join('/'),
  'code a function': ({ functions }) => functions.join('/'),
  'comment %': ({ comments }) => String(comments),
  'exports a file': ({ exports: some }) => String(some),
}
const legend = `code: lines that are neither blank nor comment. Of a file and of a function: median/p90/most. Of widths, in columns: median/p90/p99.
Over 100 columns: what no text or title of a test makes long/all. Functions of one line without a block are left out.`

export function reportOf(pair: BeforeAndAfter, showsLong: boolean): string {
  const lists = [
    { title: 'Groups of files that import each other', of: fileLines },
    { title: 'Folders beside each other that import each other', of: cycleLines(false) },
    { title: 'Folders and what is in them that import each other', of: cycleLines(true) },
    { title: 'Names at the top of several files of the product', of: doubledLines, most: 20 },
    { title: 'Files that a push runs through', of: walkLines('push') },
    { title: 'Files that a claim runs through', of: walkLines('claim') },
    { title: 'Files that a reply and its delivery run through', of: walkLines('reply') },
    { title: 'Lines over 100 columns', of: longLines, most: showsLong ? 20 : 0 },
  ]
  return [table(pair), legend, ...lists.map((list) => listed(pair, list))].join('\n\n')
}

function table({ before, after }: BeforeAndAfter): string {
  const was: Partial<Figures['rooms']> = before?.rooms ?? {}
  const is: Partial<Figures['rooms']> = after.rooms
  const names = [...new Set([...Object.keys(is), ...Object.keys(was)])]
  names.sort((a, b) => Number(a === 'total') - Number(b === 'total'))
  const cell = (name: string, of: (room: RoomFigures) => string) => {
    const [old, now] = [was[name], is[name]].map((room) => (room ? of(room) : '–'))
    return before ? change(old ?? '', now ?? '') : (now ?? '')
  }
  const rows = [
    ['room', ...Object.keys(columns)],
    ...names.map((name) => [name, ...Object.values(columns).map((of) => cell(name, of))]),
  ]
  const width = (at: number) => Math.max(...rows.map((row) => row[at]?.length ?? 0))
  return rows
    .map((row) =>
      row
        .map((one, at) => one.padEnd(width(at) + 2))
        .join('')
        .trim(),
    )
    .join('\n')
}

const change = (old: string, now: string) => (old === now ? now : `${old} → ${now}`)

/**
 * Prints how many items a list has, and the first of them. In a comparison, `-` marks items that
 * are gone and `+` new ones.
 */
function listed({ before, after }: BeforeAndAfter, { title, of, most = Infinity }: List): string {
  const now = of(after)
  if (!now) return `${title}: not asked of a text alone`
  const old = (before && of(before)) ?? now
  const shown = now.slice(0, most).map((one) => `${old.includes(one) ? ' ' : '+'} ${one}`)
  const gone = old.slice(0, most).filter((one) => !now.includes(one))
  const many = change(String(old.length), String(now.length))
  return [`${title}: ${many}`, ...shown, ...gone.map((one) => `- ${one}`)].join('\n')
}

const fileLines = ({ fileCycles }: Report) => fileCycles.map((group) => group.join(', '))

const cycleLines =
  (isWithin: boolean) =>
  ({ folderCycles }: Report) =>
    folderCycles
      .filter(({ folders: [a, b] }) => b.startsWith(`${a}/`) === isWithin)
      .map(cycleLine)
      .sort()

const cycleLine = ({ folders: [a, b], there, back }: FolderCycle) =>
  `${a} → ${b} ${wayIn(there)}, back ${wayIn(back)}`

/**
 * Describes the imports in one direction. If there are at most two, they are named, because
 * somebody might remove so few.
 */
function wayIn({ imports, types }: FolderImports): string {
  const some = imports.length > 2 ? [] : imports.map(({ from, to }) => `${from} of ${to}`)
  const kinds = types === 0 ? '' : types === imports.length ? ', types only' : `, types: ${types}`
  return `${imports.length}${kinds}${some.length > 0 ? ` (${some.join(', ')})` : ''}`
}

const doubledLines = ({ doubled }: Report) =>
  doubled.map(({ name, files }) => `${name} ×${files.length}: ${files.join(', ')}`)

const walkLines =
  (call: keyof Walks) =>
  ({ walks }: Report) =>
    walks?.[call] ?? null

const longLines = ({ long }: Report) =>
  long.map(({ file, line, width }) => `${file}:${line} ${width}`)
