// Rules as a table that people open in a spreadsheet. A cell that a spreadsheet would take for a formula gets an apostrophe before it
// and loses it again on the way back, so nothing runs and nothing changes.
const formula = /^'*[=+\-@\t\r＝＋－＠]/

const guarded = (text: string) => (formula.test(text) ? `'${text}` : text)
const bare = (text: string) => (text.startsWith("'") && formula.test(text) ? text.slice(1) : text)
const cell = (text: string) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** With a mark of order, so that spreadsheets read UTF-8. */
export const writeCsv = (rows: string[][]): string =>
  `\ufeff${rows.map((row) => row.map((text) => cell(guarded(text))).join(',')).join('\r\n')}\r\n`

/** Null where a quote is never closed. */
export function readCsv(text: string): string[][] | null {
  const rows: string[][] = []
  let row: string[] = []
  let at = text.startsWith('\ufeff') ? 1 : 0
  while (at < text.length) {
    const quoted = text[at] === '"'
    const read = quoted ? readQuoted(text, at + 1) : readPlain(text, at)
    if (!read) return null
    row.push(bare(read.text))
    at = read.next
    if (text[at] === ',') {
      at += 1
      if (at < text.length) continue
      row.push('')
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    if (row.length > 1 || row[0] !== '') rows.push(row)
    row = []
  }
  return rows
}

type Read = { text: string; next: number }

function readPlain(text: string, from: number): Read {
  let next = from
  while (next < text.length && !',\n\r'.includes(text[next] ?? '')) next += 1
  return { text: text.slice(from, next), next }
}

function readQuoted(text: string, from: number): Read | null {
  const end = text.indexOf('"', from)
  if (end === -1) return null
  const before = text.slice(from, end)
  if (text[end + 1] !== '"') return { text: before, next: end + 1 }
  const rest = readQuoted(text, end + 2)
  return rest && { text: `${before}"${rest.text}`, next: rest.next }
}
