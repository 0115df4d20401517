import type { PlatformRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'

/** They belong to the installation, and to no company. */
export const listPlatforms = ({ store }: Needs<'store'>): Promise<PlatformRow[]> =>
  store.read.platforms.list()
