// Pushes about a third-party platform itself: notices to its own URL, and pushes of the accounts
// with which WeChat tests it.
import {
  openNotice,
  openPush,
  releaseTest,
  releaseTestAccounts,
  renderReply,
  WechatInputError,
  type EnvelopeKeys,
  type PlatformNotice,
  type PushFormat,
} from 'wechat-api-ts'
import { listPlatforms } from '../../actions/platforms/list-platforms.ts'
import { answerByCall } from '../../actions/platforms/release-test.ts'
import { takeNotice, type ReadNotice } from '../../actions/platforms/take-notice.ts'
import { inBackground } from '../../in-background.ts'
import type { KnownPlatform, Needs } from '../../ports.ts'
import { keySets } from './push-keys.ts'

export type PlatformPushNeeds = Needs<
  'store' | 'clock' | 'secrets' | 'bus' | 'cache' | 'desk' | 'log' | 'metrics' | 'known'
>
type ArrivedNotice = { query: URLSearchParams; body: string; now: number }
export type PlatformReply = { body: string; format: PushFormat }
export type PlatformAnswer = 'success' | PlatformReply

const keysOf = (
  { componentAppid: appid }: KnownPlatform,
  { pushToken: token, aesKey: encodingAesKey }: { pushToken: string; aesKey: string | null },
): EnvelopeKeys => ({ appid, token, encodingAesKey })

/**
 * Handles a notice that WeChat sends to a platform's own URL. Null if we do not know the platform.
 * `inside` runs what comes after the check of the signature, in a place of the gate.
 */
export async function answerNotice(
  needs: PlatformPushNeeds,
  componentAppid: string,
  { inside, ...arrived }: ArrivedNotice & { inside: (run: () => Promise<void>) => Promise<void> },
): Promise<PlatformAnswer | null> {
  const platform = await needs.known.platform(componentAppid)
  if (!platform) return null
  const notice = withAny(platform, arrived, (keys) => openNotice(keys, arrived.query, arrived.body))
  await inside(() => takeNotice(needs, platform, asNotice(notice)))
  return 'success'
}

function asNotice(notice: PlatformNotice): ReadNotice {
  switch (notice.kind) {
    case 'component_verify_ticket':
      return { kind: 'ticket', ticket: notice.ticket }
    case 'authorized':
    case 'updateauthorized':
      return { kind: 'authorized', appid: notice.authorizerAppid, code: notice.authorizationCode }
    case 'unauthorized':
      return { kind: 'unauthorized', appid: notice.authorizerAppid }
    case 'unknown':
      return { kind: 'unknown' }
  }
}

export const isTestAccount = (appid: string): boolean =>
  releaseTestAccounts.some((one) => one.appid === appid)

/**
 * Answers a push of an account with which WeChat tests a platform. Nothing of it is stored, since
 * such accounts belong to no company. Null if the push is not for one of our platforms.
 */
export async function answerTest(
  needs: PlatformPushNeeds,
  appid: string,
  arrived: ArrivedNotice,
): Promise<PlatformAnswer | null> {
  for (const { component_appid: componentAppid } of await listPlatforms(needs)) {
    const platform = await needs.known.platform(componentAppid)
    const opened = platform && tryOpen(platform, arrived)
    if (!opened) continue
    const { inbound, seal, format } = opened
    const test = releaseTest(inbound)
    if (test?.kind === 'exchange') {
      inBackground(
        needs.log,
        'a step of the release test',
        answerByCall(needs, platform, {
          appid,
          openid: inbound.openid,
          code: test.authorizationCode,
          text: test.text,
        }),
      )
    }
    if (test?.kind !== 'reply') return 'success'
    const at = Math.floor(arrived.now / 1000)
    const to = { openid: inbound.openid, originalId: inbound.toUserName, format }
    const reply = { type: 'text' as const, text: test.text }
    return { body: seal(renderReply(to, reply, at), at), format }
  }
  return null
}

function tryOpen(platform: KnownPlatform, arrived: ArrivedNotice) {
  try {
    return withAny(platform, arrived, (keys) =>
      openPush({ ...keys, mode: 'safe' }, arrived.query, arrived.body),
    )
  } catch (error) {
    if (error instanceof WechatInputError) return null
    throw error
  }
}

function withAny<T>(
  platform: KnownPlatform,
  { now }: ArrivedNotice,
  open: (keys: EnvelopeKeys) => T,
): T {
  let refusal: unknown
  for (const keys of keySets(platform, now)) {
    try {
      return open(keysOf(platform, keys))
    } catch (error) {
      if (!(error instanceof WechatInputError)) throw error
      refusal ??= error
    }
  }
  throw refusal
}
