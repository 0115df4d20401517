// Updates the database schema. MySQL and MariaDB commit each schema change on its own, so the
// process may die between any two statements of a migration. Every statement can therefore be
// repeated (schema.ts checks before it changes anything), and a shutdown is possible between two
// statements.
import { setImmediate as turn } from 'node:timers/promises'
import { MigrationExecutor, type DataSource, type QueryRunner } from 'typeorm'

type How = {
  transaction: 'each' | 'none'
  ending?: AbortSignal | undefined
}

export async function runMigrations(
  source: DataSource,
  runner: QueryRunner,
  { transaction, ending }: How,
): Promise<string[]> {
  const query = runner.query.bind(runner)
  const step = async (...statement: Parameters<typeof query>) => {
    // waits a turn of the event loop before each statement: SQLite's calls block the process, and
    // only in such a turn can a signal to stop be noticed
    await turn()
    if (!statement[0].startsWith('ROLLBACK')) refuseWhenEnding(ending)
    return query(...statement) as Promise<unknown>
  }
  runner.query = step as QueryRunner['query']
  try {
    const executor = new MigrationExecutor(source, runner)
    executor.transaction = transaction
    return (await executor.executePendingMigrations()).map(({ name }) => name)
  } finally {
    runner.query = query
  }
}

export function refuseWhenEnding(ending: AbortSignal | undefined): void {
  if (!ending?.aborted) return
  throw new Error(
    'Told to end, so the migration ended between two steps. The next start goes on with it.',
  )
}
