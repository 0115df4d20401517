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

  /** What an agent's side says when he takes up a session; empty: nothing. An agent may have his own. */
  greeting: string
  /** Asked of the customer when his session is closed. */
  askSatisfaction: boolean
  satisfactionQuestion: string
  satisfactionThanks: string
}

export const defaultSettings: Settings = {
  sessionRule: 'grab', reclaimDays: 10, fallbackMinutes: 10, waitingMinutes: 1440, queueMinutes: 2880, idleCloseMinutes: 0,
  takeBackMinutes: 0, queueWhen: 'always', rulesInConversation: true, traditionalAsSimplified: true, autoAcceptFirst: false, windowFirst: false,
  reserveLastReply: false,

  greeting: '', askSatisfaction: false, satisfactionQuestion: '请您对本次服务做出评价：', satisfactionThanks: '感谢您的评价！',
}

export function readSettings(stored: string): Settings {
  return { ...defaultSettings, ...JSON.parse(stored) as Partial<Settings> }
}
