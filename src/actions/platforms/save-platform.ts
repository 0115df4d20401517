import type { PlatformRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { platformPlace } from '../../secrets.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'

export type PlatformInput = {
  componentAppid: string
  appSecret: string
  token: string
  encodingAesKey: string
}
export type PlatformPatch = {
  [K in Exclude<keyof PlatformInput, 'componentAppid'>]?: string | undefined
}
type PlatformNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

export async function addPlatform(
  needs: PlatformNeeds,
  me: Me,
  input: PlatformInput,
): Promise<PlatformRow> {
  const seal = (column: string, plain: string) =>
    needs.secrets.seal(plain, platformPlace(input.componentAppid, column))
  const taken = () =>
    new AppError('appid_taken', 'This platform is known already: change it.', {
      field: 'componentAppid',
    })
  const work = needs.store.work('rest', async (unit) => {
    if (await unit.platforms.find(input.componentAppid)) throw taken()
    const made: PlatformRow = {
      component_appid: input.componentAppid,
      app_secret: seal('app_secret', input.appSecret),
      token: seal('token', input.token),
      aes_key: seal('aes_key', input.encodingAesKey),
      token_previous: null,
      aes_key_previous: null,
      keys_changed_at: null,
      ticket: null,
      ticket_at: null,
      created_at: needs.clock.now(),
    }
    unit.platforms.insert(made)
    writeAudit(needs, unit, {
      me,
      entry: { action: 'platform.created', object: auditName('platform', input.componentAppid) },
    })
    return made
  })
  const row = await refuseTaken(needs, taken, work)

  needs.bus.publish('known', '')
  return row
}

/**
 * Changes a third-party platform. When its keys are replaced, the old ones are kept for a while, so
 * that pushes on their way that still use them are understood.
 */
export async function changePlatform(
  needs: PlatformNeeds,
  me: Me,
  { componentAppid, patch }: { componentAppid: string; patch: PlatformPatch },
): Promise<PlatformRow> {
  const row = await needs.store.work('rest', async (unit) => {
    const before = await unit.platforms.lock(componentAppid)
    if (!before) throw noPlatform()
    const replacesKeys = patch.token !== undefined || patch.encodingAesKey !== undefined
    const changed = {
      ...sealed(needs, componentAppid, patch),
      ...(replacesKeys && {
        token_previous: before.token,
        aes_key_previous: before.aes_key,
        keys_changed_at: needs.clock.now(),
      }),
    }
    unit.platforms.change(componentAppid, changed)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'platform.changed',
        object: auditName('platform', componentAppid),
        detail: { fields: Object.keys(patch) },
      },
    })
    return { ...before, ...changed }
  })

  needs.bus.publish('known', '')
  return row
}

function sealed(
  { secrets }: PlatformNeeds,
  componentAppid: string,
  { appSecret, token, encodingAesKey }: PlatformPatch,
): Partial<PlatformRow> {
  const seal = (column: string, plain: string) =>
    secrets.seal(plain, platformPlace(componentAppid, column))
  return {
    ...(appSecret !== undefined && { app_secret: seal('app_secret', appSecret) }),
    ...(token !== undefined && { token: seal('token', token) }),
    ...(encodingAesKey !== undefined && { aes_key: seal('aes_key', encodingAesKey) }),
  }
}

export const noPlatform = () => new AppError('not_found', 'There is no such platform.')
