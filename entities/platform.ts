import { EntitySchema } from 'typeorm'
import { big, key, nullable, primary } from './columns.ts'

/** A third-party platform that speaks for accounts which authorised it. Secrets and ticket are encrypted. */
export type PlatformRow = {
  component_appid: string
  app_secret: string
  token: string
  aes_key: string
  token_previous: string | null
  aes_key_previous: string | null
  keys_changed_at: number | null
  ticket: string | null
  ticket_at: number | null
  created_at: number
}

export const platform = new EntitySchema<PlatformRow>({
  name: 'platform',
  tableName: 'platform',
  columns: {
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
  },
})
