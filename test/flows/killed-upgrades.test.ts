// A database filled by the first release is upgraded, and the process is killed with kill -9 in
// every migration. The result must be the same as without the kills.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { DataSource } from 'typeorm'
import { commonLane, groupLane } from '../../rules/session/lane.ts'
import { silentLog } from '../../src/log.ts'
import { runMigrations } from '../../src/store/engine/migrate.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { openHouse } from '../support/app.ts'
import { startAndKill, type Death, type OutsideOperation } from '../support/deaths.ts'
import { openEdition } from '../support/edition.ts'
import { firstLanes, firstRelease, type RowsByTable } from '../support/first-release.ts'
import { makeFolder } from '../support/folder.ts'
import { times } from '../support/full.ts'
import { schemaOf } from '../support/schema.ts'

const key = 'k'.repeat(32)
type Place = { dir: string; settings: Record<string, string> }

async function openPlace(t: TestContext): Promise<Place> {
  const dir = makeFolder('killed-upgrades')
  const edition = await openEdition()
  t.after(() => edition.close())
  const own = { HOST: '127.0.0.1', DATA_DIR: dir, LOG_LEVEL: 'error' }
  return { dir, settings: { ...own, ...edition.settings, SECRET_KEY: key } }
}

/** Runs only the first migration and inserts what the first release wrote. */
async function fill({ dir, settings }: Place, rows: RowsByTable): Promise<void> {
  const url = settings['DATABASE_URL']
  mkdirSync(dir, { recursive: true })
  const first = { migrations: migrations.slice(0, 1), migrationsTableName: 'migrations' }
  const source = await new DataSource(
    url
      ? { type: 'mariadb', url, charset: 'utf8mb4_bin', ...first }
      : { type: 'better-sqlite3', database: join(dir, 'kefu.db'), ...first },
  ).initialize()
  const runner = source.createQueryRunner()
  await runMigrations(source, runner, { transaction: url ? 'none' : 'each' })
  for (const [table, some] of Object.entries(rows)) {
    for (const row of some) {
      const columns = Object.keys(row)
      await runner.query(
        `insert into \`${table}\` (${columns.map((one) => `\`${one}\``).join(', ')}) values (${columns.map(() => '?').join(', ')})`,
        Object.values(row),
      )
    }
  }
  await runner.release()
  await source.destroy()
}

const open = ({ dir, settings }: Place): Promise<Store> =>
  openStore({ url: settings['DATABASE_URL'] ?? 'sqlite:', dataDir: dir, log: silentLog })

/**
 * Tables in which processes write about themselves, and migrations the time at which they ran, so
 * two databases differ in them in any case.
 */
const ofProcesses = ['installation', 'migrations']

async function endOf(place: Place) {
  const { read, close } = await open(place)
  const schema = await schemaOf(read.sql)
  const tables = [...new Set(schema.map((what) => what.split(' ')[0] ?? ''))]
  const rows: Record<string, string[]> = {}
  for (const table of tables.filter((one) => !ofProcesses.includes(one))) {
    const all = await read.sql.all(`select * from \`${table}\``)
    rows[table] = all.map((row) => JSON.stringify(row)).sort()
  }
  const ran = await read.sql.all<{ name: string }>('select name from migrations order by id')
  await close()
  assert.deepEqual(
    ran.map(({ name }) => name),
    migrations.map(({ name }) => name),
    'each migration ran once',
  )
  return { schema, rows }
}

/**
 * Checks that nothing has changed in the columns of the first release, except that lanes now belong
 * to an account.
 */
function meansTheSame(before: RowsByTable, after: Record<string, string[]>): void {
  for (const [table, rows] of Object.entries(before)) {
    if (ofProcesses.includes(table)) continue
    const wanted = rows.map((row) => {
      const account = String(row['account_id'])
      const lane = {
        [firstLanes.common]: commonLane(account),
        [firstLanes.group(7)]: groupLane(7, account),
      }[String(row['lane'])]
      return JSON.stringify({ ...row, ...(lane && { lane }) }, Object.keys(row).sort())
    })
    const columns = Object.keys(rows[0] ?? {}).sort()
    const found = (after[table] ?? []).map((row) => JSON.stringify(JSON.parse(row), columns))
    assert.deepEqual(found.sort(), wanted.sort(), table)
  }
}

const migrationOf = ({ place }: OutsideOperation) => /store\/migrations\/(\d+)/.exec(place)?.[1]
const changes = /^\w+ (create|alter|insert|update|delete|drop)\b/i

/**
 * Where the process is killed: once in each migration after the first, during a change if the
 * migration makes one. The next start continues with that migration and dies in the following one.
 */
function deathsOf(operations: OutsideOperation[]): Death[] {
  const inside = operations.filter((operation) => migrationOf(operation) !== undefined)
  return [...new Set(inside.map(migrationOf))].flatMap((number) => {
    const its = inside.filter((operation) => migrationOf(operation) === number)
    const changing = its.filter(({ what }) => changes.test(what))
    const some = changing.length > 0 ? changing : its
    const operation = some[Math.floor(Math.random() * some.length)]
    return operation ? [{ ...operation, where: Math.random() < 0.5 ? 'before' : 'during' }] : []
  })
}

void test('a database of the first release whose upgrade is killed in every migration ends like one that was upgraded at once, and loses nothing', async (t) => {
  const rows = await firstRelease(Date.now(), key)
  const filled = async () => {
    const place = await openPlace(t)
    await fill(place, rows)
    return place
  }
  const whole = await filled()
  const wanted = await endOf(whole)
  const fresh = await endOf(await openPlace(t))
  assert.deepEqual(wanted.schema, fresh.schema, 'the schema of a fresh database')
  meansTheSame(rows, wanted.rows)
  await serves(whole)

  const listed = await filled()
  const operations = await startAndKill(listed.settings, listed.dir, null)
  assert.ok(operations)
  for (let chain = 0; chain < times(1, 10); chain += 1) {
    const place = await filled()
    const deaths = deathsOf(operations)
    for (const death of deaths) {
      const said = `killed ${death.where} ${death.nth} of ${death.place}`
      assert.equal(await startAndKill(place.settings, place.dir, death), null, said)
    }
    console.log(`killed ${deaths.length} times in ${migrations.length - 1} migrations`)
    assert.equal(deaths.length, migrations.length - 1)
    assert.deepEqual(await endOf(place), wanted)
  }
})

/**
 * Checks that the upgraded data can be used: people can sign in, and the self-check finds nothing.
 */
async function serves({ dir, settings }: Place): Promise<void> {
  const house = await openHouse({ dir, alone: true, rules: false, withoutCron: true, settings })
  house.announce({ refused: true })
  try {
    const agent = await house.agent('agent')
    const mine = await agent.call('GET', '/api/sessions?state=active&mine=true')
    assert.deepEqual([mine.status, mine.body.items.length], [200, 3])
    const lines = await agent.call('GET', `/api/sessions/${mine.body.items[0].id}/messages`)
    assert.equal(lines.body.items.length, 2)
  } finally {
    await house.close()
  }
}
