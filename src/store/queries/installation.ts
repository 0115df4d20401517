import { Queries } from '../engine/queries.ts'

/** Values that all processes of an installation share, by name. */
export class InstallationQueries extends Queries {
  async remembered(name: string) {
    return (
      (
        await this.sql.one<{ value: string }>('select value from installation where name = ?', [
          name,
        ])
      )?.value ?? null
    )
  }

  remember(name: string, value: string) {
    this.sql.upsert('installation', [{ name, value }], { key: 'name', update: ['value'] })
  }

  /**
   * Replaces a remembered value, unless somebody else has changed it since it was read. True if it
   * was replaced.
   */
  async rememberInstead(name: string, was: string | null, value: string) {
    if (was === null) {
      this.sql.insertNew('installation', [{ name, value }])
    } else {
      await this.sql.run('update installation set value = ? where name = ? and value = ?', [
        value,
        name,
        was,
      ])
    }
    const stands = await this.sql.one<{ value: string }>(
      'select value from installation where name = ?',
      [name],
    )
    return stands?.value === value
  }
}
