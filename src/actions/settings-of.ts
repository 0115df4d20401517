import { readSettings, type Settings } from '../../rules/settings.ts'
import type { Needs } from '../ports.ts'

/** Read before a unit of work begins: what holds for it. */
export const settingsOf = async (needs: Needs<'known'>, companyId: string): Promise<Settings> =>
  (await needs.known.company(companyId))?.settings ?? readSettings('{}')
