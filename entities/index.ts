// The list handed to TypeORM, and the row types for everyone.
import * as tables from './tables.ts'

export type * from './tables.ts'
export const entities = Object.values(tables)
