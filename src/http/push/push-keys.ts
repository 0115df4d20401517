// The keys with which a push may be signed and encrypted: the current ones and, for a while after a
// change, the previous ones.
import {
  openPush,
  openSigned,
  verifyQuery,
  WechatInputError,
  type AccountKeys,
  type OpenedPush,
} from 'wechat-api-ts'
import type { KnownAccount, PushKeys } from '../../ports.ts'

type KeySet = { pushToken: string; aesKey: string | null }

/**
 * The sets of keys with which a push may be signed, newest first. It is empty if there is no token,
 * as with an account that is not bound yet: without one no signature can be checked.
 */
export const keySets = (keys: PushKeys, now: number): KeySet[] =>
  (keys.previous && keys.previous.until > now ? [keys, keys.previous] : [keys]).filter(
    ({ pushToken }) => pushToken !== '',
  )

const modeOf = ({ mode, platform }: KnownAccount) =>
  platform ? 'safe' : mode === 'safe' || mode === 'compatible' ? mode : 'plain'

/**
 * The keys for a push to an account. If a third-party platform acts for the account, they are the
 * platform's, its appid is in the envelope, and the mode is always safe.
 */
const keysOf = (
  account: KnownAccount,
  { pushToken, aesKey }: KeySet,
  other: string | null,
): AccountKeys => ({
  appid: account.platform?.componentAppid ?? account.appid,
  token: pushToken,
  encodingAesKey: aesKey,
  previousEncodingAesKey: other,
  mode: modeOf(account),
})

/** Opens a push that is not encrypted. The signature of its query has been checked before. */
export const openPlain = (account: KnownAccount, body: string): OpenedPush =>
  openSigned(modeOf(account), body)

export function openWithAny(
  account: KnownAccount,
  { query, body, now }: { query: URLSearchParams; body: string; now: number },
): OpenedPush {
  const all = keySets(account.platform ?? account, now)
  let refusal: unknown
  if (all.length === 0) throw new WechatInputError('bad_signature')
  for (const keys of all) {
    const other = all.find((one) => one !== keys)?.aesKey ?? null
    try {
      return openPush(keysOf(account, keys, other), query, body)
    } catch (error) {
      if (!(error instanceof WechatInputError)) throw error
      refusal ??= error
    }
  }
  throw refusal
}

export const isSigned = (keys: PushKeys, query: URLSearchParams, now: number): boolean =>
  keySets(keys, now).some(({ pushToken }) => verifyQuery(pushToken, query))
