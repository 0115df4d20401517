import type { MediaFetchRow, MediaUploadRow, ResourceRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export class MediaQueries extends Queries {
  find(companyId: string, id: string) {
    return this.sql.one<ResourceRow>(
      'select * from resources where company_id = ? and resources_id = ?',
      [companyId, id],
    )
  }

  lock(companyId: string, id: string) {
    return this.sql.one<ResourceRow>(
      `select * from resources where company_id = ? and resources_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, id],
    )
  }

  use(companyId: string, id: string) {
    return this.sql.run('update resources set used = 1 where company_id = ? and resources_id = ?', [
      companyId,
      id,
    ])
  }

  /**
   * Adds a file. Equal files of a company are stored once, so the row that is stored is returned.
   * Uploading a file again restarts the time until it is deleted as unused.
   */
  async add(row: ResourceRow): Promise<ResourceRow> {
    this.sql.insertNew('resources', [row])
    const stands = await this.sql.one<ResourceRow>(
      'select * from resources where company_id = ? and sha256 = ?',
      [row.company_id, row.sha256],
    )
    if (!stands) throw new Error('a file that was just added is not there')
    if (stands.used === 1 || stands.resources_id === row.resources_id) return stands
    await this.sql.run(
      'update resources set used = ?, add_time = ? where company_id = ? and resources_id = ? and used = 0',
      [row.used, row.add_time, row.company_id, stands.resources_id],
    )
    return { ...stands, used: row.used }
  }

  /**
   * Finds out which of these files, named by their sha256, have a row; a file without one can be
   * deleted.
   */
  async named(companyId: string, sha256s: string[]): Promise<Set<string>> {
    if (sha256s.length === 0) return new Set()
    const some = list(sha256s)
    const rows = await this.sql.all<{ sha256: string }>(
      `select sha256 from resources where company_id = ? and sha256 in (${some.marks})`,
      [companyId, ...some.values],
    )
    return new Set(rows.map((row) => row.sha256))
  }

  upload(resourceId: string, accountId: string, kind: string) {
    return this.sql.one<MediaUploadRow>(
      'select * from media_upload where resources_id = ? and account_id = ? and kind = ?',
      [resourceId, accountId, kind],
    )
  }

  saveUpload(row: MediaUploadRow) {
    this.sql.upsert('media_upload', [row], {
      key: 'resources_id, account_id, kind',
      update: ['media_id', 'dies_at'],
    })
  }

  forgetUpload(accountId: string, mediaId: string) {
    return this.sql.run('delete from media_upload where account_id = ? and media_id = ?', [
      accountId,
      mediaId,
    ])
  }

  toFetch(rows: MediaFetchRow[]) {
    this.sql.insert('media_fetch', rows)
  }

  /** The next of all files that followers sent, downloaded or not, in the order of line and part. */
  fetches(page: { id: string; part: string; limit: number }) {
    return this.sql.all<Pick<MediaFetchRow, 'message_id' | 'part' | 'company_id' | 'state'>>(
      'select message_id, part, company_id, state from media_fetch where message_id >= ? and (message_id > ? or part > ?) order by message_id, part limit ?',
      [page.id, page.id, page.part, page.limit],
    )
  }

  /**
   * Accounts with files that wait to be downloaded. They are told one by one, because each account
   * has a share of its own.
   */
  pending() {
    return this.sql.all<{ account_id: string }>(
      "select account_id from media_fetch where state = 'pending' group by account_id",
    )
  }

  ready(accountId: string, { now, limit }: { now: number; limit: number }) {
    return this.sql.all<MediaFetchRow>(
      "select * from media_fetch where state = 'pending' and account_id = ? and retry_at <= ? order by retry_at limit ?",
      [accountId, now, limit],
    )
  }

  /**
   * Takes a file for downloading, by moving the time of the next attempt. Only one process can do
   * so, and that one downloads the file.
   */
  take(row: MediaFetchRow, retryAt: number) {
    return this.sql.run(
      "update media_fetch set attempts = attempts + 1, retry_at = ? where message_id = ? and part = ? and state = 'pending' and retry_at = ?",
      [retryAt, row.message_id, row.part, row.retry_at],
    )
  }

  settle(row: MediaFetchRow, to: { state: string; reason: string | null; retryAt: number }) {
    return this.sql.run(
      "update media_fetch set state = ?, reason = ?, retry_at = ? where message_id = ? and part = ? and state = 'pending'",
      [to.state, to.reason, to.retryAt, row.message_id, row.part],
    )
  }

  /** Adds to a line its downloaded file, or the fact that the file is lost. */
  complete(messageId: string, resourceId: string | null, extra: string) {
    return this.sql.run(
      'update message_data set resources_id = ?, extra = ? where message_id = ?',
      [resourceId, extra, messageId],
    )
  }
}
