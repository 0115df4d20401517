import { isAppError } from '../../errors.ts'
import type { KnownPlatform, Needs } from '../../ports.ts'

export type ReleaseExchange = { appid: string; openid: string; code: string; text: string }

/**
 * Passes a step of WeChat's test before a platform is released: the push is answered with nothing,
 * and the reply is then sent through the API in the account's name.
 */
export async function answerByCall(
  needs: Needs<'desk' | 'log'>,
  platform: KnownPlatform,
  { appid, openid, code, text }: ReleaseExchange,
): Promise<void> {
  try {
    await needs.desk.authorize(platform, code)
    await needs.desk.sendText(platform, { appid, openid, text })
  } catch (error) {
    if (!isAppError(error)) throw error
    needs.log.error({ appid, error: error.message }, 'a step of the release test failed')
  }
}
