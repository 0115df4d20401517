// The kinds of columns that tables are built from. A table is described once, by its columns, and
// the TypeScript type of its rows is derived from that description. Times are milliseconds since
// 1970 (UTC). Ids, keys and openids are ASCII with a binary collation, because upper and lower case
// matter in an openid.
import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaOptions } from 'typeorm'

declare const held: unique symbol
/** The TypeScript type of the column's values. It exists for the compiler only, not at run time. */
type Column<Held> = EntitySchemaColumnOptions & { readonly [held]?: Held }
type More = Partial<EntitySchemaColumnOptions>
type Or<Held, How> = How extends { nullable: true } ? Held | null : Held

const column = <Held, How extends More>(
  kind: EntitySchemaColumnOptions,
  how: How,
): Column<Or<Held, How>> => ({ ...kind, ...how })

const nothing = {}
type Nothing = typeof nothing

export const key = <How extends More = Nothing>(length: number, how: How = nothing as How) =>
  column<string, How>({ type: 'varchar', length, charset: 'ascii', collation: 'ascii_bin' }, how)
export const id = <How extends More = Nothing>(how: How = nothing as How) => key(32, how)
export const text = <How extends More = Nothing>(length: number, how: How = nothing as How) =>
  column<string, How>({ type: 'varchar', length }, how)
export const long = <How extends More = Nothing>(how: How = nothing as How) =>
  column<string, How>({ type: 'text' }, how)
export const int = <How extends More = Nothing>(how: How = nothing as How) =>
  column<number, How>({ type: 'int' }, how)
export const big = <How extends More = Nothing>(how: How = nothing as How) =>
  column<number, How>({ type: 'bigint' }, how)

export const primary = { primary: true } as const
export const serial = { primary: true, generated: 'increment' } as const
export const nullable = { nullable: true } as const

type Columns = Record<string, Column<unknown>>
type RowOf<Some extends Columns> = {
  [Name in keyof Some]: Some[Name] extends Column<infer Held> ? Held : never
}
export type Row<Table> = Table extends EntitySchema<infer Held> ? Held : never

export const table = <Some extends Columns>(
  name: string,
  columns: Some,
  keys: Pick<EntitySchemaOptions<RowOf<Some>>, 'uniques' | 'indices'> = {},
) =>
  new EntitySchema<RowOf<Some>>({
    name,
    tableName: name,
    columns: columns,
    ...keys,
  })
