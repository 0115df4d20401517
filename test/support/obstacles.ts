// What stands in a store's way, in each store's own words.
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { createConnection } from 'mysql2/promise'
import type { House } from './app.ts'
import { isCluster } from './edition.ts'

/** A test that fails on the way must not wait for its own lock when the database is dropped. */
export function endBefore(house: House, holder: { destroy: () => void }): void {
  const { close } = house
  house.close = () => {
    holder.destroy()
    return close()
  }
}

/** Nothing can be written until it is given back. */
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

/** SQL refuses every line with this text. */
export async function refuseLines(house: House, text: string): Promise<void> {
  const trigger = isCluster
    ? `create trigger refusal before insert on message_data for each row begin if new.text = '${text}' then signal sqlstate '45000'; end if; end`
    : `create trigger refusal before insert on message_data when new.text = '${text}' begin select raise(abort, 'refused'); end`
  await house.app.ports.store.work('rest', async (unit) => {
    await unit.sql.run(trigger)
  })
}
