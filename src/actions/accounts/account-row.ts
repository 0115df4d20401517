import type { AccountRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

export type AccountInput = {
  name: string
  originalId: string
  appSecret: string
  token: string
  encodingAesKey: string | null
  mode: 'plain' | 'compatible' | 'safe'
  binding: 'direct' | 'unbound'
  ownLane: boolean
}
/** What is undefined stays as it is. */
export type AccountPatch = { [K in keyof AccountInput]?: AccountInput[K] | undefined }

export function patchAccount(needs: Needs<'secrets'>, row: AccountRow, patch: AccountPatch): AccountRow {
  const seal = (column: 'app_secret' | 'token' | 'aes_key', plain: string | null | undefined) => {
    if (plain === undefined) return row[column]
    return plain === null ? null : needs.secrets.seal(plain, `${row.company_id}:${row.account_id}:${column}`)
  }
  const changed = {
    ...row, name: patch.name ?? row.name, original_id: patch.originalId ?? row.original_id, mode: patch.mode ?? row.mode,
    binding: patch.binding ?? row.binding, own_lane: Number(patch.ownLane ?? row.own_lane),
    app_secret: seal('app_secret', patch.appSecret), token: seal('token', patch.token), aes_key: seal('aes_key', patch.encodingAesKey),
  }
  if (changed.mode !== 'plain' && changed.aes_key === null) {
    throw new AppError('invalid_input', 'This mode needs the encodingAesKey.', { field: 'encodingAesKey' })
  }
  return changed
}

export const noAccount = () => new AppError('not_found', 'There is no such account in your company.')
