// The five kinds of column, so that an entity reads like its table. Times are milliseconds since 1970 (UTC).
// Ids, keys and openids are ASCII with binary collation: case matters in an openid.
import type { EntitySchemaColumnOptions } from 'typeorm'

type More = Partial<EntitySchemaColumnOptions>

export const key = (length: number, more: More = {}): EntitySchemaColumnOptions => ({
  type: 'varchar',
  length,
  charset: 'ascii',
  collation: 'ascii_bin',
  ...more,
})
export const id = (more: More = {}): EntitySchemaColumnOptions => key(32, more)
export const text = (length: number, more: More = {}): EntitySchemaColumnOptions => ({
  type: 'varchar',
  length,
  ...more,
})
export const long = (more: More = {}): EntitySchemaColumnOptions => ({ type: 'text', ...more })
export const int = (more: More = {}): EntitySchemaColumnOptions => ({ type: 'int', ...more })
export const big = (more: More = {}): EntitySchemaColumnOptions => ({ type: 'bigint', ...more })

export const primary = { primary: true } as const
export const serial = { primary: true, generated: 'increment' } as const
export const nullable = { nullable: true } as const
