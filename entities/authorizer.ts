import { EntitySchema } from 'typeorm'
import { big, key, primary } from './columns.ts'

/** What a platform needs to speak for an account; lost, the account's owner has to authorise again. Encrypted. */
export type AuthorizerRow = {
  component_appid: string
  appid: string
  refresh_token: string
  authorized_at: number
}

export const authorizer = new EntitySchema<AuthorizerRow>({
  name: 'authorizer',
  tableName: 'authorizer',
  columns: {
    component_appid: key(32, primary),
    appid: key(32, primary),
    refresh_token: key(1024),
    authorized_at: big(),
  },
})
