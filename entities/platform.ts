import { big, key, nullable, primary, type Row, table } from './columns.ts'

/**
 * A third-party platform: it acts for accounts whose owners authorised it. Its secrets and its
 * ticket are stored encrypted.
 */
export const platform = table('platform', {
  component_appid: key(32, primary),
  app_secret: key(255),
  token: key(255),
  aes_key: key(255),
  token_previous: key(255, nullable),
  aes_key_previous: key(255, nullable),
  keys_changed_at: big(nullable),
  ticket: key(1024, nullable),
  ticket_at: big(nullable),
  created_at: big(),
})
export type PlatformRow = Row<typeof platform>
