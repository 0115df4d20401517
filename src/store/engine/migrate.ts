// Brings a schema up. A database that commits each change of a table by itself may lose us between any two statements, so every
// statement of a migration may be repeated (schema.ts looks before it changes), and between two of them it may be told to end.
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
    // SQLite works without ever letting go: only after a turn is a signal heard
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
