// A code is good once, and comes on two ways: with a push, and with the owner's browser. Whoever is second finds what the first was told.
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
