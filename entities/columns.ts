// The kinds of columns that tables are built from. A table is described once, by its columns, and
// the TypeScript type of its rows is derived from that description. Times are milliseconds since
// 1970 (UTC). Ids, keys and openids are ASCII with a binary collation, because upper and lower case
// matter in an openid. The columns of the key and `company_id` never change: the type of a patch
// does not accept them.
import { EntitySchema, type EntitySchemaColumnOptions, type EntitySchemaOptions } from 'typeorm'

declare const held: unique symbol
declare const inKey: unique symbol
/**
 * The TypeScript type of the column's values, and whether it belongs to the key. Both exist for the
 * compiler only, not at run time.
 */
type Column<Held, InKey> = EntitySchemaColumnOptions & {
  readonly [held]?: Held
  readonly [inKey]?: InKey
}
type More = Partial<EntitySchemaColumnOptions>
type Or<Held, How> = How extends { nullable: true } ? Held | null : Held
type IsKey<How> = How extends { primary: true } ? true : false

const column = <Held, How extends More>(
  kind: EntitySchemaColumnOptions,
  how: How,
): Column<Or<Held, How>, IsKey<How>> => ({ ...kind, ...how })

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

type Columns = Record<string, Column<unknown, boolean>>
type RowOf<Some extends Columns> = {
  readonly [Name in keyof Some]: Some[Name] extends Column<infer Held, boolean> ? Held : never
}
type KeyIn<Some extends Columns> = {
  [Name in keyof Some]: Some[Name] extends Column<unknown, true> ? Name : never
}[keyof Some]

declare const named: unique symbol
declare const keyed: unique symbol
export interface Table<Name, Held, InKey> extends EntitySchema<Held> {
  readonly [named]?: Name
  readonly [keyed]?: InKey
}
export type Row<Of> = Of extends EntitySchema<infer Held> ? Held : never
export type NameOf<Of> = Of extends { readonly [named]?: infer Name } ? Name : never
type KeyOf<Of> = Of extends { readonly [keyed]?: infer InKey }
  ? Extract<InKey, keyof Row<Of>>
  : never
/** Columns that never change after the row is inserted, so a patch must not name them. */
type Fixed<Of> = KeyOf<Of> | Extract<'company_id', keyof Row<Of>>
export type Changing<Of> = Exclude<keyof Row<Of>, Fixed<Of>> & string
/**
 * What a row is found by: the columns of its key, and optionally other values that it must have.
 */
export type Where<Of> = Pick<Row<Of>, KeyOf<Of>> & Partial<Row<Of>>
/**
 * Columns to change with their new values. It excludes the columns that never change, so a whole
 * row cannot be passed as a patch by mistake.
 */
export type Patch<Of> = { [Name in Changing<Of>]?: Row<Of>[Name] | undefined } & {
  [Name in Fixed<Of>]?: never
}

export const table = <Name extends string, Some extends Columns>(
  name: Name,
  columns: Some,
  keys: Pick<EntitySchemaOptions<RowOf<Some>>, 'uniques' | 'indices'> = {},
): Table<Name, RowOf<Some>, KeyIn<Some>> =>
  new EntitySchema<RowOf<Some>>({
    name,
    tableName: name,
    columns: columns,
    ...keys,
  })
