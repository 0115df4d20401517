// Hands all tables to TypeORM, and exports the types of their rows.
import type { Changing, NameOf, Patch, Row, Where } from './columns.ts'
import * as tables from './tables.ts'

export type * from './tables.ts'
export const entities = Object.values(tables)

type All = typeof tables
type ByName = { [Key in keyof All as NameOf<All[Key]> & string]: All[Key] }
/**
 * The name of a table, as SQL knows it. From it the types below get the row, the patch and the
 * condition of that table.
 */
export type TableName = keyof ByName
export type RowIn<Name extends TableName> = Row<ByName[Name]>
export type PatchIn<Name extends TableName> = Patch<ByName[Name]>
export type ChangingIn<Name extends TableName> = Changing<ByName[Name]>
export type WhereIn<Name extends TableName> = Where<ByName[Name]>
