// Reads and writes CSV strictly: input that no spreadsheet would write is refused instead of
// guessed at. Large tables are processed in pieces, so that other requests are served in between.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { pipeline, Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { stringify } from 'csv-stringify/sync'
import { bare, guarded } from '../../../rules/auto-reply/csv.ts'
import { AppError } from '../../errors.ts'

const pieceLength = 32_768
const rowsAtOnce = 200
const mostColumns = 200

/**
 * Called for each cell as it is read. Too many cells are refused here, so that a line of only
 * commas is refused before it becomes millions of cells in memory.
 */
function readCell(cell: string, { column }: { column: number | string }): string {
  if (Number(column) < mostColumns) return bare(cell)
  throw new AppError('invalid_input', `body: a table has at most ${mostColumns} columns.`, {
    field: 'body',
  })
}

async function* small(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += pieceLength) {
      yield piece.subarray(at, at + pieceLength)
      await nextTurn()
    }
  }
}

/** Yields the rows while the table arrives. Each row must have as many cells as the first. */
export async function* readCsv(pieces: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    cast: readCell,
  })
  // the parser's errors are ignored in this place, because they also reach whoever reads the rows
  pipeline(Readable.from(small(pieces)), parser, () => undefined)
  try {
    for await (const row of parser) yield row as string[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new AppError('invalid_input', `body: the table cannot be read: ${error.message}.`, {
      field: 'body',
    })
  }
}

/**
 * Writes rows as a CSV table. It begins with a byte order mark, because spreadsheets recognise
 * UTF-8 by it.
 */
export async function writeCsv(rows: string[][]): Promise<string> {
  const pieces = ['\ufeff']
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const some = rows.slice(at, at + rowsAtOnce).map((row) => row.map(guarded))
    pieces.push(
      stringify(some, { record_delimiter: '\r\n', quoted_empty: true, quoted_match: /[\r\n]/ }),
    )
    await nextTurn()
  }
  return pieces.join('')
}
