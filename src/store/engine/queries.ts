import type { Sql } from './sql.ts'

/**
 * Named queries on one connection. They are methods of a class, so that a transaction makes one
 * small object for each table and no functions.
 */
export class Queries {
  // the field `sql` is only declared and not initialised, because initialising it in each of the
  // many subclasses is slow
  declare protected readonly sql: Sql

  constructor(sql: Sql) {
    this.sql = sql
  }
}
