// Puts obstacles in the way of the product's database (locks, refused writes, failures),
// implemented for SQLite and for MariaDB.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import type { Ports, Unit } from '../../src/ports.ts'
import type { House } from './app.ts'
import { isCluster } from './edition.ts'
import { betweenLooks } from './pauses.ts'

/** Makes sure that a lock held by the test is released before the database is dropped. */
export function endBefore(house: House, holder: { destroy: () => void }): void {
  const { close } = house
  house.close = () => {
    holder.destroy()
    return close()
  }
}

/**
 * Takes the database away: makes writes fail until the returned function is called. In the cluster
 * edition only two tables are locked: `inbox`, so that no push can be stored, and `installation`,
 * to which /readyz writes, so that the process does not call itself ready.
 */
export async function takeStoreAway(house: House): Promise<() => Promise<void>> {
  if (isCluster) {
    const thief = await createConnection(house.config.DATABASE_URL.replace('mariadb:', 'mysql:'))
    endBefore(house, thief)
    await thief.query('lock tables inbox write, installation write')
    return () => thief.end()
  }
  const thief = new Database(join(house.dir, 'kefu.db'))
  thief.exec('begin immediate')
  return async () => {
    thief.exec('rollback')
    thief.close()
  }
}

/**
 * Returns the given transaction with some queries of one table replaced, so that a test can act or
 * fail at exactly that query.
 */
export const insteadOf = <Name extends 'outbox' | 'sessions' | 'users'>(
  unit: Unit,
  name: Name,
  queries: Partial<Unit[Name]>,
): Unit =>
  Object.create(unit, {
    [name]: { value: Object.assign(Object.create(unit[name]) as Unit[Name], queries) },
  }) as Unit

/**
 * Wraps the product so that the renewals of its leases never reach the database: they expire, and
 * the sender notices that when it asks.
 */
export const losesLeases = (ports: Ports): Ports => ({
  ...ports,
  store: {
    ...ports.store,
    work: (kind, body, limits) =>
      ports.store.work(
        kind,
        (unit) =>
          body(
            insteadOf(unit, 'outbox', {
              renew: async (held) => {
                const rows = await Promise.all(held.map(({ id }) => unit.outbox.find(id)))
                return held
                  .filter(({ token }, at) => {
                    const row = rows[at]
                    return row?.state === 'sending' && row.lease_token === token
                  })
                  .map(({ id }) => id)
              },
            }),
          ),
        limits,
      ),
  },
})

/**
 * Makes the database refuse every line with exactly this text, as it would refuse an invalid row.
 */
export async function refuseLines(house: House, text: string): Promise<void> {
  const trigger = isCluster
    ? `create trigger refusal before insert on message_data for each row begin if new.text = '${text}' then signal sqlstate '45000'; end if; end`
    : `create trigger refusal before insert on message_data when new.text = '${text}' begin select raise(abort, 'refused'); end`
  await house.app.ports.store.work('rest', async (unit) => {
    await unit.sql.run(trigger)
  })
}

/** Makes the database refuse every change of a session's state. */
export async function refuseSteps(house: House, sessionId: string): Promise<void> {
  const trigger = isCluster
    ? `create trigger refusal before update on message_session for each row begin if new.session_id = '${sessionId}' and new.state <> old.state then signal sqlstate '45000'; end if; end`
    : `create trigger refusal before update of state on message_session when new.session_id = '${sessionId}' begin select raise(abort, 'refused'); end`
  await house.app.ports.store.work('rest', async (unit) => {
    await unit.sql.run(trigger)
  })
}

export type Held = {
  /** Waits until this many transactions are waiting for the locked rows. */
  waiting: (many: number) => Promise<void>
  letGo: () => Promise<void>
}

/**
 * Locks rows so that others wait for them. With SQLite there is a single writer, so nothing is
 * locked and all take turns.
 */
export async function holdRows(house: House, query: string, values: unknown[] = []): Promise<Held> {
  if (!isCluster) return { waiting: () => Promise.resolve(), letGo: () => Promise.resolve() }
  const holder = await createConnection(house.config.DATABASE_URL.replace('mariadb:', 'mysql:'))
  endBefore(house, holder)
  await holder.beginTransaction()
  await holder.query(`${query} for update`, values)
  return {
    waiting: async (many) => {
      for (const until = performance.now() + 2500; performance.now() < until;) {
        // MariaDB refreshes its table of waiting transactions at most every 100 ms, so asking more
        // often shows nothing new
        await betweenLooks(120)
        const [rows] = await holder.query<(RowDataPacket & { n: number })[]>(
          'select count(*) as n from information_schema.innodb_trx t join information_schema.processlist p on' +
            " p.id = t.trx_mysql_thread_id where t.trx_state = 'LOCK WAIT' and p.db = database()",
        )
        if (Number(rows[0]?.n) >= many) return
      }
      throw new Error(`${many} were to stand before the row`)
    },
    letGo: async () => {
      await holder.rollback()
      await holder.end()
    },
  }
}
