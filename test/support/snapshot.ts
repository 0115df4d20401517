// All that is stored and all that was sent, so that it can be said that nothing has changed.
import { entities } from '../../entities/index.ts'
import type { House } from './app.ts'
import { simulatorLedger } from './doors.ts'

/** By table, each row as one line. */
export type Snapshot = Map<string, Set<string>>

/** A call by itself is written there, whatever it asks: when somebody was last heard of. */
const bookkeeping: Record<string, string[]> = { user: ['seen_at'], login: ['seen_at'] }

type Row = Record<string, unknown>

/** Processes say by themselves what their clock shows. */
const isHeartbeat = (table: string, { name }: Row) => table === 'installation' && name === 'clock'

/** `companyId`: only what is stored of this company. */
export async function takeSnapshot(house: House, companyId?: string): Promise<Snapshot> {
  const tables = await Promise.all(
    entities.map(async ({ options: { name, tableName, columns } }) => {
      const table = tableName ?? name
      if (companyId !== undefined && !('company_id' in columns)) return null
      const where = companyId === undefined ? '' : ' where company_id = ?'
      const rows = await house.rows<Row>(
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

const lineOf = (table: string, row: Row) =>
  JSON.stringify(Object.entries(row).filter(([column]) => !bookkeeping[table]?.includes(column)))

/** In words; none where nothing has changed. */
export const changesIn = (before: Snapshot, after: Snapshot, ignored: string[] = []): string[] =>
  [...after]
    .filter(([table]) => !ignored.includes(table))
    .flatMap(([table, rows]) => [
      ...without(rows, before.get(table)).map((row) => `${table}: + ${row.slice(0, 400)}`),
      ...without(before.get(table), rows).map((row) => `${table}: - ${row.slice(0, 400)}`),
    ])

const without = (rows = new Set<string>(), others = new Set<string>()) =>
  [...rows].filter((row) => !others.has(row))
