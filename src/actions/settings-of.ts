import { readSettings, type Settings } from '../../rules/settings.ts'
import type { Needs } from '../ports.ts'

/**
 * Reads the company's settings. It must be called before a transaction begins, since it uses
 * another connection if the settings are not in memory.
 */
export const settingsOf = async (needs: Needs<'known'>, companyId: string): Promise<Settings> =>
  (await needs.known.company(companyId))?.settings ?? readSettings('{}')
