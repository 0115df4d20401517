/** A result of the checks at start-up and of the doctor: what was found, and how to fix it. */
export type Finding = { ok: boolean; what: string; remedy?: string }
