import type * as wire from 'kefu-wire'
import type { Settings } from '../../rules/settings.ts'

/**
 * Removes `undefined` from the fields of a type, because JSON leaves out fields that are undefined.
 */
type WithoutUndefined<T> = T extends (infer One)[]
  ? WithoutUndefined<One>[]
  : T extends object
    ? { [Name in keyof T]: WithoutUndefined<Exclude<T[Name], undefined>> }
    : T

export const presentSettings = (settings: Settings): wire.Settings =>
  settings as WithoutUndefined<Settings>
