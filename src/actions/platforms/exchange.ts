// Exchanges an authorisation code, which WeChat accepts only once. It arrives in two ways: in a
// push, and with the owner's browser. The second one uses the result of the first.
import { createHash } from 'node:crypto'
import { isAppError } from '../../errors.ts'
import type { AuthorizedAccount, KnownPlatform, Needs } from '../../ports.ts'

const rememberedMs = 60 * 60_000
const keyOf = (code: string) => `authorized:${createHash('sha256').update(code).digest('hex')}`

export async function exchangeCode(
  needs: Needs<'desk' | 'cache'>,
  platform: KnownPlatform,
  code: string,
): Promise<AuthorizedAccount> {
  try {
    const authorized = await needs.desk.authorize(platform, code)
    await needs.cache.set(keyOf(code), JSON.stringify(authorized), rememberedMs)
    return authorized
  } catch (error) {
    const known = isAppError(error, 'wechat_refused') ? await needs.cache.get(keyOf(code)) : null
    if (known === null) throw error
    return JSON.parse(known) as AuthorizedAccount
  }
}
