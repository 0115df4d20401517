import type * as wire from 'kefu-wire'
import type { Settings } from '../../rules/settings.ts'

/** A type without undefined, because JSON leaves out fields that are undefined. */
type Given<T> = T extends (infer One)[]
  ? Given<One>[]
  : T extends object
    ? { [Name in keyof T]: Given<Exclude<T[Name], undefined>> }
    : T

export const presentSettings = (settings: Settings): wire.Settings => settings as Given<Settings>
