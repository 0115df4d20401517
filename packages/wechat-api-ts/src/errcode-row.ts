/**
 * What to do after an error code. `token`: call again with a new access token. `later`: call again
 * after some minutes or the next day. `never`: the same call will always fail. `human`: a person
 * must change something first. `unsure`: the call may have taken effect, so only a person can
 * decide.
 */
export type Retry = 'token' | 'later' | 'never' | 'human' | 'unsure'

export type Row = [code: number, retry: Retry, zh: string, en: string]
