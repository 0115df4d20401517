import { isAppError } from '../../errors.ts'
import type { KnownPlatform, Needs } from '../../ports.ts'

export type Exchange = { appid: string; openid: string; code: string; text: string }

/** A step of the platform's own test before its release: answered empty at once, then by a call in the account's name. */
export async function answerByCall(
  needs: Needs<'desk' | 'log'>,
  platform: KnownPlatform,
  { appid, openid, code, text }: Exchange,
): Promise<void> {
  try {
    await needs.desk.authorize(platform, code)
    await needs.desk.sendText(platform, { appid, openid, text })
  } catch (error) {
    if (!isAppError(error)) throw error
    needs.log.error({ appid, error: error.message }, 'a step of the release test failed')
  }
}
