// Lets another company use the appid of a deleted account; followers are identified by account
// instead. A withdrawn platform authorisation is now stored separately from the admin's own choice.
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addColumns, addUnique, dropColumns, dropUnique } from '../engine/schema.ts'

export class Rights1700000000011 implements MigrationInterface {
  name = 'Rights1700000000011'

  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'official_account', {
      live_appid: 'key:32 null',
      withdrawn_at: 'big null',
    })
    await runner.query(
      'update official_account set live_appid = appid where deleted_at is null and live_appid is null',
    )
    // older data do not tell whether the authorisation was withdrawn or only turned off, so to be
    // safe it must be given again
    await runner.query(
      "update official_account set withdrawn_at = created_at where component_appid is not null and binding = 'unbound' and withdrawn_at is null",
    )
    await dropUnique(runner, 'official_account', 'appid')
    await addUnique(runner, 'official_account', 'live_appid')
    await dropUnique(runner, 'wx_user', 'appid,openid')
    await addUnique(runner, 'wx_user', 'account_id,openid')
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropUnique(runner, 'wx_user', 'account_id,openid')
    await addUnique(runner, 'wx_user', 'appid,openid')
    await dropUnique(runner, 'official_account', 'live_appid')
    await addUnique(runner, 'official_account', 'appid')
    await dropColumns(runner, 'official_account', ['live_appid', 'withdrawn_at'])
  }
}
