import type { PlatformRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'

/**
 * Lists the third-party platforms. They belong to the installation and not to a company, so every
 * operator sees all of them.
 */
export const listPlatforms = ({ store }: Needs<'store'>): Promise<PlatformRow[]> =>
  store.read.platforms.list()
