// Reads rows of a spreadsheet as rules. Whether a rule is complete is checked later, as for all
// other rules.
import { csvColumns } from '../../actions/rules/carry-rules.ts'
import { AppError } from '../../errors.ts'
import { readCsv } from '../engine/csv.ts'
import { refuseCostly } from '../engine/json-depth.ts'
import { mostAtOnce } from './rule-import.ts'

const refuse = (message: string, field: string) =>
  new AppError('invalid_input', `${field}: ${message}`, { field })

/** Stops reading after the first row that is refused, or when there are too many rows. */
export async function rulesFromCsv(table: AsyncIterable<Buffer>): Promise<object[]> {
  const rules: object[] = []
  let head: string[] | null = null
  for await (const row of readCsv(table)) {
    if (head === null) {
      head = headOf(row)
      continue
    }
    const cells = head.map((name, column) => [name, row[column] ?? ''])
    rules.push(ruleOf(Object.fromEntries(cells) as Record<string, string>, rules.length))
    if (rules.length > mostAtOnce) return rules
  }
  if (head === null) throw refuse('the table is empty.', 'body')
  return rules
}

function headOf(row: string[]): string[] {
  const missing = ['name', 'kind'].filter((name) => !row.includes(name))
  if (missing.length === 0) return row
  throw refuse(
    `the first line must name the columns: ${csvColumns.join(', ')}; ${missing.join(' and ')} cannot be left out.`,
    'body',
  )
}

const yes = ['yes', 'true', '1', '是', '启用']
const no = ['no', 'false', '0', '否', '停用']

function ruleOf(row: Record<string, string>, at: number): object {
  const cell = (name: string) => (row[name] ?? '').trim()
  const enabled = cell('enabled').toLowerCase()
  if (enabled !== '' && !yes.includes(enabled) && !no.includes(enabled)) {
    throw refuse('yes or no.', `rules.${at}.enabled`)
  }
  const keywords = cell('keywords')
    .split(/\r?\n/)
    .map((word) => word.trim())
    .filter(Boolean)
  const given = (name: string, value: unknown = cell(name)) =>
    cell(name) === '' ? {} : { [name]: value }
  return {
    name: cell('name'),
    enabled: !no.includes(enabled),
    priority: Number(cell('priority')),
    ...given('id'),
    ...given('appid'),
    match: { kind: cell('kind'), ...given('keywords', keywords), ...given('pattern') },
    action: { kind: 'text', text: row['reply'] },
    ...given('action', json(cell('action'), `rules.${at}.action`)),
    ...given('schedule', json(cell('schedule'), `rules.${at}.schedule`)),
  }
}

function json(text: string, field: string): unknown {
  if (text === '') return null
  refuseCostly(Buffer.from(text), field)
  try {
    return JSON.parse(text)
  } catch {
    throw refuse(
      'this cell holds JSON that cannot be read; write plain words into the column reply instead.',
      field,
    )
  }
}
