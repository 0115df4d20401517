import type { PlatformRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'

/** Platforms belong to the installation and not to a company. */
export const listPlatforms = ({ store }: Needs<'store'>): Promise<PlatformRow[]> =>
  store.read.platforms.list()
