// Hands all tables to TypeORM, and exports the types of their rows.
import * as tables from './tables.ts'

export type * from './tables.ts'
export const entities = Object.values(tables)
