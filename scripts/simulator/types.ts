export type Mode = 'plain' | 'compatible' | 'safe'

export type Account = {
  appid: string, appSecret: string, token: string, encodingAesKey: string,
  mode: Mode, callbackUrl: string, originalId: string, name: string,
}

/** How many messages the account may still send to one follower, and until when (ms of the simulator's clock). */
export type ReplyWindow = { endsAt: number, remaining: number, scene: string }

export type Follower = {
  appid: string, openid: string, nickname: string, subscribed: boolean, createdAt: string,
  window: ReplyWindow | null, lastExchangeAt: number, typingUntil: number,
}

/** One line of a chat. What reached the follower carries `n`; what the follower did carries none. */
export type Line = {
  n?: number, way: 'sent' | 'event' | 'passive' | 'custom' | 'template', type: string,
  text?: string, mediaId?: string, content?: unknown, at: string,
}

export type LedgerItem = {
  n: number, kind: 'push' | 'call', appid: string | null, openid?: string, path: string, request: unknown,
  status?: number, errcode?: number, msgId?: string, at: string,
  attempt?: number, outcome?: string, delivered?: boolean, fault?: string, ms?: number,
}

export type Token = {
  token: string, appid: string, kind: 'classic' | 'stable', expiresAt: number, supersededAt: number | null,
}

export const faultKinds = [
  'slow', 'refuse', 'reset', 'silent', 'half', 'html', 'errcode', 'expireToken', 'closeWindow', 'quota', 'noRetry',
] as const
export type FaultKind = typeof faultKinds[number]
export type Fault = {
  kind: FaultKind, path?: string, appid?: string, errcode?: number, delayMs?: number, processed?: boolean,
  /** How many more times it strikes; 0 = until deleted. */
  next: number,
}

/** Real milliseconds: how long one push may take, and how long to wait after a failure other than a time-out. */
export type Timing = { deadlineMs: number, pauseMs: number }
