/** What the thread that folds the log says after a round; `error`: null when the writer is to finish it. */
export type Folded = { error: string | null; unforced: boolean }

/** The disk did not take what was forced while the log was folded: to be asked again is no proof that it has. */
export const isUnforced = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_IOERR_FSYNC')
