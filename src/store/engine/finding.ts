/** What start-up and the doctor look at, in words. */
export type Finding = { ok: boolean; what: string; remedy?: string }
