import { readSettings, type Settings } from '../../rules/settings.ts'
import type { Needs } from '../ports.ts'

/** Reads the company's settings before a transaction begins. */
export const settingsOf = async (needs: Needs<'known'>, companyId: string): Promise<Settings> =>
  (await needs.known.company(companyId))?.settings ?? readSettings('{}')
