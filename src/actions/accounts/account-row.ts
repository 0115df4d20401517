import { randomBytes } from 'node:crypto'
import type { AccountRow } from '../../../entities/index.ts'
import { accountTypes, type AccountType } from '../../../rules/reply/account-type.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

export type AccountInput = {
  name: string
  type: AccountType
  originalId: string
  appSecret: string
  token: string
  encodingAesKey: string | null
  mode: 'plain' | 'compatible' | 'safe'
  binding: 'direct' | 'platform' | 'unbound'
  ownLane: boolean
  allowedOrigins: string[]
}
/** The fields of an account that a call changes. Fields that are undefined keep their value. */
export type AccountPatch = { [K in keyof AccountInput]?: AccountInput[K] | undefined }

type Secret = 'app_secret' | 'token' | 'aes_key'
export const placeOf = (row: Pick<AccountRow, 'company_id' | 'account_id'>, column: Secret) =>
  `${row.company_id}:${row.account_id}:${column}`

/**
 * Turns the fields of a call into columns of the account. Columns that the call does not set are
 * left out.
 */
export function accountColumns(
  needs: Needs<'secrets' | 'clock'>,
  row: AccountRow,
  patch: AccountPatch,
): Partial<AccountRow> {
  const seal = (column: Secret, plain: string | null | undefined) =>
    plain === undefined || plain === null ? plain : needs.secrets.seal(plain, placeOf(row, column))
  const columns: { [K in keyof AccountRow]?: AccountRow[K] | undefined } = {
    name: patch.name,
    type: patch.type,
    original_id: patch.originalId,
    mode: patch.mode,
    binding: patch.binding,
    own_lane: patch.ownLane === undefined ? undefined : Number(patch.ownLane),
    app_secret: seal('app_secret', patch.appSecret),
    token: seal('token', patch.token),
    aes_key: seal('aes_key', patch.encodingAesKey),
    allowed_origins: patch.allowedOrigins && JSON.stringify(patch.allowedOrigins),
    ...previousOf(needs, row, patch),
  }
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined))
}

/**
 * After a change, pushes that are already on their way are still signed and encrypted with the old
 * values, so these are kept for a while.
 */
function previousOf(
  needs: Needs<'clock'>,
  row: AccountRow,
  patch: AccountPatch,
): Partial<AccountRow> {
  const token = patch.token !== undefined && row.token !== null
  const key = patch.encodingAesKey !== undefined && row.aes_key !== null
  if (!token && !key) return {}
  return {
    token_previous: token ? row.token : row.token_previous,
    aes_key_previous: key ? row.aes_key : row.aes_key_previous,
    keys_changed_at: needs.clock.now(),
  }
}

export function refuseHalf(row: AccountRow): void {
  if (row.kind === 'web' || row.binding === 'unbound') return
  if (row.binding === 'platform') {
    if (row.component_appid !== null && row.withdrawn_at === null) return
    const why =
      row.component_appid === null
        ? 'has not authorised a platform'
        : 'has taken back what the platform may do'
    throw new AppError(
      'invalid_input',
      `The owner of the account ${why}: begin at /wechat/platform/<componentAppid>/authorize.`,
      { field: 'binding' },
    )
  }
  const needed = {
    appSecret: row.app_secret,
    token: row.token,
    ...(row.mode !== 'plain' && { encodingAesKey: row.aes_key }),
  }
  for (const [field, value] of Object.entries(needed)) {
    if (value === null) {
      throw new AppError(
        'invalid_input',
        `An account that is bound directly in this mode needs its ${field}.`,
        { field },
      )
    }
  }
}

export const noAccount = () =>
  new AppError('not_found', 'There is no such account in your company.')

export type NewRow = { companyId: string; kind: 'wechat' | 'web'; appid: string | undefined }

export function newAccountRow(
  needs: Needs<'ids' | 'clock'>,
  { companyId, kind, appid }: NewRow,
): AccountRow {
  const id = needs.ids()
  const known = appid ?? `web-${id.slice(0, 28)}`
  return {
    account_id: id,
    company_id: companyId,
    kind,
    appid: known,
    name: appid ?? 'Web',
    original_id: '',
    app_secret: null,
    token: null,
    aes_key: null,
    mode: 'plain',
    binding: 'direct',
    own_lane: 0,
    site_key: kind === 'web' ? randomBytes(18).toString('base64url') : null,
    allowed_origins: kind === 'web' ? '[]' : null,
    deleted_at: null,
    created_at: needs.clock.now(),
    type: accountTypes.official,
    token_previous: null,
    aes_key_previous: null,
    keys_changed_at: null,
    component_appid: null,
    unbound_pushes: 0,
    unbound_push_at: null,
    live_appid: known,
    withdrawn_at: null,
    newest_push: null,
    newest_push_at: null,
    old_pushes: 0,
    old_push_at: null,
  }
}
