/**
 * What an error code means for the same call made again:
 * `token` once more with a new access token; `later` after minutes or tomorrow; `never` not as it is; `human` somebody must
 * change something first; `unsure` it may have been carried out, so only a person decides.
 */
export type Retry = 'token' | 'later' | 'never' | 'human' | 'unsure'

export type Row = [code: number, retry: Retry, zh: string, en: string]
