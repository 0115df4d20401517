// Records everything that is stored and was sent, to prove that a call changed nothing.
import { entities } from '../../entities/index.ts'
import type { House } from './app.ts'
import { simulatorLedger } from './doors.ts'

/**
 * The rows of each table, each written as one line of text, so that two snapshots can be compared.
 */
export type Snapshot = Map<string, Set<string>>

/** Columns that every call changes: the time at which somebody was last active. */
const bookkeeping: Record<string, string[]> = { user: ['seen_at'], login: ['seen_at'] }

type StoredRow = Record<string, unknown>

/**
 * Whether a row is one in which processes regularly report their clock. Such rows change without
 * any call, so they are left out.
 */
const isHeartbeat = (table: string, { name }: StoredRow) =>
  table === 'installation' && name === 'clock'

/**
 * Records all rows of the database and what was sent to WeChat; with `companyId`, only the rows of
 * this company.
 */
export async function takeSnapshot(house: House, companyId?: string): Promise<Snapshot> {
  const tables = await Promise.all(
    entities.map(async ({ options: { name, tableName, columns } }) => {
      const table = tableName ?? name
      if (companyId !== undefined && !('company_id' in columns)) return null
      const where = companyId === undefined ? '' : ' where company_id = ?'
      const rows = await house.rows<StoredRow>(
        `select * from \`${table}\`${where}`,
        companyId === undefined ? [] : [companyId],
      )
      return [
        table,
        new Set(rows.filter((row) => !isHeartbeat(table, row)).map((row) => lineOf(table, row))),
      ] as const
    }),
  )
  return new Map([
    ...tables.filter((one) => one !== null),
    ...(companyId === undefined ? [await sentToWechat(house)] : []),
  ])
}

const sentToWechat = async ({ simulator }: House): Promise<[string, Set<string>]> => [
  'sent to WeChat',
  new Set((await simulatorLedger(simulator)).map((item) => JSON.stringify(item))),
]

const lineOf = (table: string, row: StoredRow) =>
  JSON.stringify(Object.entries(row).filter(([column]) => !bookkeeping[table]?.includes(column)))

/** Describes the differences between two snapshots; empty if nothing changed. */
export const changesIn = (before: Snapshot, after: Snapshot, ignored: string[] = []): string[] =>
  [...after]
    .filter(([table]) => !ignored.includes(table))
    .flatMap(([table, rows]) => [
      ...without(rows, before.get(table)).map((row) => `${table}: + ${row.slice(0, 400)}`),
      ...without(before.get(table), rows).map((row) => `${table}: - ${row.slice(0, 400)}`),
    ])

const without = (rows = new Set<string>(), others = new Set<string>()) =>
  [...rows].filter((row) => !others.has(row))
