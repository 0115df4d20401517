// What a company may set, with ranges and what holds where nothing is set.

export type Settings = {
  sessionRule: 'grab' | 'even' | 'roundRobin'
  reclaimDays: number
  fallbackMinutes: number
  waitingMinutes: number
  queueMinutes: number
  idleCloseMinutes: number
  takeBackMinutes: number
  queueWhen: 'always' | 'unanswered' | 'asked'
  rulesInConversation: boolean
  /** Traditional characters match simplified ones in rules. */
  traditionalAsSimplified: boolean
  autoAcceptFirst: boolean
  windowFirst: boolean
  reserveLastReply: boolean
}

export const defaultSettings: Settings = {
  sessionRule: 'grab', reclaimDays: 10, fallbackMinutes: 10, waitingMinutes: 1440, queueMinutes: 2880, idleCloseMinutes: 0,
  takeBackMinutes: 0, queueWhen: 'always', rulesInConversation: true, traditionalAsSimplified: true, autoAcceptFirst: false, windowFirst: false,
  reserveLastReply: false,
}

export function readSettings(stored: string): Settings {
  return { ...defaultSettings, ...JSON.parse(stored) as Partial<Settings> }
}
